"""Closing rules as data, the life of a report with words, approval and files; what was reported stays as it was.

Reports written before keep their Word file as the one file they have; those not published yet are worded and submitted
anew. Their words are the sentences they were printed with.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RULES = {
    "calendar": ("Theo tháng dương lịch, từ ngày đầu đến ngày cuối tháng", None, False, False, "Hạn nội bộ"),
    "mid_month": (
        "Từ ngày 15 tháng trước đến hết ngày 14",
        14,
        False,
        True,
        "Nghị định số 09/2019/NĐ-CP, Điều 12 (báo cáo định kỳ của cơ quan hành chính nhà nước)",
    ),
    "custom": ("Từ ngày đến ngày do người lập chọn", None, True, False, "Báo cáo đột xuất"),
}
# A report's figures never change once frozen; its files not once it was published, nor without being worded again.
GUARD = """
create or replace function reports_keep_run() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'reports stay' using errcode = 'insufficient_privilege';
  end if;
  if old.drafted_at is not null
     and (new.figures, new.drafted_at, new.data_until, new.period_start, new.period_end, new.title)
     is distinct from (old.figures, old.drafted_at, old.data_until, old.period_start, old.period_end, old.title) then
    raise exception 'a written report is frozen' using errcode = 'insufficient_privilege';
  end if;
  if new.sha256 <> old.sha256
     and (old.published_at is not null or new.state not in ('drafted', 'rendering', 'submitted')) then
    raise exception 'an approved file is frozen' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create function reports_keep_file() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'files of reports stay' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from reports_reportrun where id = new.run_id and state = 'rendering')
     or (tg_op = 'UPDATE' and new.run_id <> old.run_id) then
    raise exception 'files are made when a report is submitted' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger reportfile_frozen before insert or update or delete on reports_reportfile
  for each row execute function reports_keep_file();
create trigger narrativeversion_frozen before update or delete on reports_narrativeversion
  for each row execute function audit_refuse_change();
create trigger no_truncate before truncate on reports_narrativeversion
  for each statement execute function audit_refuse_change();
"""
UNGUARD = """
drop trigger no_truncate on reports_narrativeversion;
drop trigger narrativeversion_frozen on reports_narrativeversion;
drop trigger reportfile_frozen on reports_reportfile;
drop function reports_keep_file();
create or replace function reports_keep_run() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'reports stay' using errcode = 'insufficient_privilege';
  end if;
  if old.sha256 <> '' and (new.sha256, new.figures, new.data_until, new.period_start, new.period_end)
     is distinct from (old.sha256, old.figures, old.data_until, old.period_start, old.period_end) then
    raise exception 'a written report is frozen' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
"""
NUMBERED = """
update reports_reportrun set year = extract(year from period_end), title = case kind when 'ad_hoc' then code else '' end,
  number = case kind when 'month' then extract(month from period_end)
    when 'quarter' then (extract(month from period_end)::int + 2) / 3
    when 'half_year' then (extract(month from period_end)::int + 5) / 6
    when 'ad_hoc' then 0 else 1 end
"""


def know_rules_in_use(apps, _editor):
    """Add the rules that reports and templates name; the others come with the seed."""
    rule = apps.get_model("reports", "ClosingRule")
    used = set(apps.get_model("reports", "ReportRun").objects.values_list("closing_rule", flat=True))
    used |= set(apps.get_model("reports", "ReportTemplate").objects.values_list("closing_rule", flat=True))
    for code in sorted(used):
        name, day, own_days, statutory, basis = RULES.get(code, (code, None, True, False, "Chưa rõ"))
        rule.objects.create(
            code=code, name=name, closing_day=day, own_days=own_days, statutory=statutory, basis=basis
        )


def keep_files_and_words(apps, _editor):
    """Give what was written its one file and its first words; what was not published is submitted anew."""
    file, words = apps.get_model("reports", "ReportFile"), apps.get_model("reports", "NarrativeVersion")
    for run in apps.get_model("reports", "ReportRun").objects.exclude(drafted_at=None).iterator():
        texts = {part["code"]: part["summary"] for part in (run.figures or {}).get("sections", [])}
        texts = {"opening": "", **texts, "assessment": "", "recommendations": ""}
        words.objects.create(run=run, version=1, texts=texts, origin="draft", at=run.drafted_at)
        if run.state != "drafted" and run.sha256:
            file.objects.create(run=run, format="docx", sha256=run.sha256, made_at=run.drafted_at)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0006_yearly'),
        ('audit', '0015_archive'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # No check waits for the end: rows are written and tables changed side by side.
        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='ClosingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=16, unique=True, verbose_name='mã')),
                ('name', models.CharField(max_length=120, verbose_name='tên')),
                ('closing_day', models.PositiveSmallIntegerField(blank=True, help_text='Ngày cuối của kỳ trong tháng cuối kỳ; để trống: ngày cuối tháng. Tháng thiếu ngày: ngày cuối.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='ngày chốt')),
                ('own_days', models.BooleanField(default=False, verbose_name='từ ngày đến ngày do người lập chọn')),
                ('statutory', models.BooleanField(default=False, verbose_name='do pháp luật quy định')),
                ('basis', models.CharField(max_length=300, verbose_name='căn cứ')),
                ('active', models.BooleanField(default=True, verbose_name='đang dùng')),
            ],
            options={
                'verbose_name': 'cách chốt kỳ báo cáo',
                'verbose_name_plural': 'cách chốt kỳ báo cáo',
                'ordering': ['-active', 'id'],
            },
        ),
        migrations.CreateModel(
            name='NarrativeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='phiên bản')),
                ('texts', models.JSONField(verbose_name='lời văn theo phần')),
                ('origin', models.CharField(choices=[('draft', 'Soạn tự động từ số liệu'), ('edited', 'Cán bộ sửa'), ('restored', 'Lấy lại bản soạn tự động')], max_length=10, verbose_name='cách có')),
                ('at', models.DateTimeField(verbose_name='lúc')),
            ],
            options={
                'verbose_name': 'lời văn của báo cáo',
                'verbose_name_plural': 'lời văn của báo cáo',
                'ordering': ['run', '-version'],
            },
        ),
        migrations.CreateModel(
            name='Recount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_at', models.DateTimeField(verbose_name='thấy lần đầu lúc')),
                ('last_at', models.DateTimeField(verbose_name='đối chiếu gần nhất lúc')),
                ('differences', models.JSONField(verbose_name='số liệu khác với khi chốt')),
            ],
            options={
                'verbose_name': 'lần đối chiếu số liệu',
                'verbose_name_plural': 'lần đối chiếu số liệu',
                'ordering': ['run', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(choices=[('docx', 'Tệp Word'), ('xlsx', 'Tệp Excel'), ('pdf', 'Tệp PDF')], max_length=8, verbose_name='định dạng')),
                ('sha256', models.CharField(max_length=64, verbose_name='mã băm nội dung')),
                ('made_at', models.DateTimeField(verbose_name='tạo lúc')),
            ],
            options={
                'verbose_name': 'tệp báo cáo',
                'verbose_name_plural': 'tệp báo cáo',
                'ordering': ['run', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='reportrun',
            name='report_one_a_period',
        ),
        migrations.RemoveConstraint(
            model_name='reportrun',
            name='report_drafted_is_whole',
        ),
        migrations.RemoveConstraint(
            model_name='reportrun',
            name='report_publisher_is_another_person',
        ),
        migrations.RemoveConstraint(
            model_name='reporttemplate',
            name='report_template_time',
        ),
        migrations.AddField(
            model_name='reportrun',
            name='approved_at',
            field=models.DateTimeField(null=True, verbose_name='duyệt lúc'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người duyệt'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='number',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='kỳ thứ'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='purpose',
            field=models.CharField(blank=True, max_length=500, verbose_name='mục đích, yêu cầu'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='return_reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='lý do trả lại'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='returned_at',
            field=models.DateTimeField(null=True, verbose_name='trả lại lúc'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='send_by',
            field=models.DateField(null=True, verbose_name='hạn gửi'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='submitted_at',
            field=models.DateTimeField(null=True, verbose_name='trình lúc'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='submitted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người trình'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='title',
            field=models.CharField(blank=True, max_length=200, verbose_name='tên báo cáo đột xuất'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='year',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='năm báo cáo'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='reporttemplate',
            name='least_working_days',
            field=models.PositiveSmallIntegerField(default=1, help_text='Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5: ít nhất 01 ngày làm việc', validators=[django.core.validators.MaxValueValidator(30)], verbose_name='số ngày làm việc tối thiểu từ khi chốt đến hạn gửi'),
        ),
        migrations.AddField(
            model_name='reporttemplate',
            name='send_by_day',
            field=models.PositiveSmallIntegerField(default=5, help_text='Ngày đầu tiên mang số này sau khi kỳ kết thúc', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)], verbose_name='gửi chậm nhất ngày'),
        ),
        migrations.AddField(
            model_name='reporttemplate',
            name='workday_shift',
            field=models.BooleanField(default=True, verbose_name='trùng ngày nghỉ thì chuyển sang ngày làm việc tiếp theo'),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='drafted_at',
            field=models.DateTimeField(null=True, verbose_name='lập xong số liệu lúc'),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='state',
            field=models.CharField(choices=[('requested', 'Đang lập số liệu'), ('failed', 'Lập không thành công'), ('drafted', 'Đang soạn'), ('rendering', 'Đang tạo tệp trình duyệt'), ('submitted', 'Chờ duyệt'), ('approved', 'Đã duyệt, chờ phát hành'), ('published', 'Đã phát hành'), ('superseded', 'Đã thay thế')], default='requested', max_length=12, verbose_name='tình trạng'),
        ),
        migrations.AlterField(
            model_name='reporttemplate',
            name='due_day',
            field=models.PositiveSmallIntegerField(help_text='Ngày đầu tiên mang số này sau khi kỳ kết thúc', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)], verbose_name='tự lập vào ngày'),
        ),
        migrations.RunPython(know_rules_in_use, migrations.RunPython.noop),
        migrations.RunSQL(NUMBERED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='closingrule',
            constraint=models.CheckConstraint(condition=models.Q(('closing_day__isnull', True), models.Q(('closing_day__range', (1, 31)), ('own_days', False)), _connector='OR'), name='report_closing_day'),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='closing_rule',
            field=models.ForeignKey(db_column='closing_rule', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.closingrule', to_field='code', verbose_name='cách chốt kỳ'),
        ),
        migrations.AlterField(
            model_name='reporttemplate',
            name='closing_rule',
            field=models.ForeignKey(db_column='closing_rule', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.closingrule', to_field='code', verbose_name='cách chốt kỳ'),
        ),
        migrations.AddIndex(
            model_name='reportrun',
            index=models.Index(fields=['-period_end', '-id'], name='report_newest'),
        ),
        migrations.AddIndex(
            model_name='reportrun',
            index=models.Index(fields=['kind', 'year'], name='report_kind_year'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'superseded'), _negated=True), fields=('kind', 'period_start', 'period_end', 'title'), name='report_one_a_period'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['drafted', 'rendering', 'submitted', 'approved', 'published']), _negated=True), models.Q(('drafted_at__isnull', False), ('figures__isnull', False)), _connector='OR'), name='report_drafted_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['submitted', 'approved', 'published']), _negated=True), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='report_submitted_has_files'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_by__isnull', True), ('requested_by__isnull', True), models.Q(('published_by', models.F('requested_by')), _negated=True), _connector='OR'), models.Q(('published_by__isnull', True), ('submitted_by__isnull', True), models.Q(('published_by', models.F('submitted_by')), _negated=True), _connector='OR')), name='report_publisher_is_another_person'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by__isnull', True), ('requested_by__isnull', True), models.Q(('approved_by', models.F('requested_by')), _negated=True), _connector='OR'), models.Q(('approved_by__isnull', True), ('submitted_by__isnull', True), models.Q(('approved_by', models.F('submitted_by')), _negated=True), _connector='OR')), name='report_approver_is_another_person'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ad_hoc'), models.Q(('title', ''), _negated=True)), models.Q(models.Q(('kind', 'ad_hoc'), _negated=True), ('title', '')), _connector='OR'), name='report_ad_hoc_has_a_title'),
        ),
        migrations.AddConstraint(
            model_name='reporttemplate',
            constraint=models.CheckConstraint(condition=models.Q(('due_day__range', (1, 28)), ('due_hour__range', (0, 23)), ('send_by_day__range', (1, 28))), name='report_template_time'),
        ),
        migrations.AddConstraint(
            model_name='reporttemplate',
            constraint=models.CheckConstraint(condition=models.Q(('active', False), models.Q(('kind', 'ad_hoc'), _negated=True), _connector='OR'), name='report_template_ad_hoc_by_hand'),
        ),
        migrations.AddField(
            model_name='narrativeversion',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người sửa'),
        ),
        migrations.AddField(
            model_name='narrativeversion',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='narratives', to='reports.reportrun', verbose_name='báo cáo'),
        ),
        migrations.AddField(
            model_name='recount',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recounts', to='reports.reportrun', verbose_name='báo cáo'),
        ),
        migrations.AddField(
            model_name='reportfile',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='reports.reportrun', verbose_name='báo cáo'),
        ),
        migrations.AddConstraint(
            model_name='narrativeversion',
            constraint=models.UniqueConstraint(fields=('run', 'version'), name='report_narrative_version_once'),
        ),
        migrations.AddConstraint(
            model_name='reportfile',
            constraint=models.UniqueConstraint(fields=('run', 'format'), name='report_file_once'),
        ),
        migrations.RunPython(keep_files_and_words, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL("update reports_reportrun set sha256 = '' where state = 'drafted'", migrations.RunSQL.noop),
    ]
