-- Rows for bench/catalogue.py: published services with four operations of ten fields each. Parts end with ";".
create temp table bench_words as select * from unnest(
  array['Tra cứu', 'Danh sách', 'Xác nhận', 'Đồng bộ', 'Cung cấp', 'Thống kê', 'Cập nhật', 'Chi tiết', 'Kết quả', 'Lịch sử'],
  array['thông tin', 'hồ sơ', 'danh mục', 'giấy phép', 'chứng chỉ', 'quyết định', 'số liệu', 'trạng thái', 'văn bản', 'biến động'],
  array['đất đai', 'hộ tịch', 'doanh nghiệp', 'bảo hiểm xã hội', 'lý lịch tư pháp', 'công trình xây dựng', 'rừng phòng hộ',
        'cơ sở khám chữa bệnh', 'học sinh phổ thông', 'phương tiện giao thông'],
  array['trên địa bàn tỉnh', 'theo mã định danh', 'theo ngày thay đổi', 'của tổ chức', 'của công dân', 'theo kỳ báo cáo',
        'cấp xã', 'giai đoạn trước', 'đang hiệu lực', 'đã kết thúc'],
  array['Mã', 'Số', 'Ngày', 'Tên', 'Loại', 'Nơi', 'Trạng thái', 'Ghi chú', 'Diện tích', 'Giá trị'],
  array['định danh cá nhân', 'cấp giấy chứng nhận', 'thửa đất', 'tờ bản đồ', 'chủ sử dụng', 'đăng ký thường trú', 'cơ quan ban hành',
        'hồ sơ một cửa', 'nghĩa vụ tài chính', 'tài sản gắn liền'],
  array['soDinhDanh', 'ngayCap', 'thuaDat', 'toBanDo', 'chuSuDung', 'noiThuongTru', 'coQuanBanHanh', 'maHoSo', 'nghiaVu', 'taiSan']
) with ordinality as t (verb, what, thing, tail, head, label, field, n);

insert into catalog_sector (code, title, source, is_default, active)
select 'bench-' || n, 'Lĩnh vực ' || thing, 'bench', true, true from bench_words;

insert into catalog_dataservice (code, title, summary, provider_id, data_scope, eligible_consumers, sharing_method, sharing_class,
  personal_data, data_layer, importance, sector_id, mandatory_sharing, security_note, not_state_secret, is_sample, search, sort_key, revision)
select 'bench-' || i, v.verb || ' ' || w.what || ' ' || t.thing || ' ' || x.tail || ' số ' || i,
  'Phục vụ giải quyết thủ tục hành chính về ' || t.thing || ', ' || x.tail || '; trả lời trong giờ làm việc.', a.id,
  'Dữ liệu ' || t.thing || ' ' || x.tail || ' do cơ quan quản lý.', 'Cơ quan nhà nước trong tỉnh',
  (array['online', 'synchronised', 'packaged'])[i %% 3 + 1], (array['shared', 'private', 'open'])[i %% 3 + 1],
  (array['none', 'basic', 'sensitive'])[i %% 3 + 1], 'source', 'other', s.id, false, '', true, true, '', lpad(((i * 7919) %% 100000)::text, 8, '0'), 1
from generate_series(1, %(services)s) i
join bench_words v on v.n = i %% 10 + 1 join bench_words w on w.n = i / 10 %% 10 + 1 join bench_words t on t.n = i / 100 %% 10 + 1
join bench_words x on x.n = i / 1000 %% 10 + 1 join catalog_sector s on s.code = 'bench-' || (i / 100 %% 10 + 1)
join (select id, row_number() over (order by id) - 1 as place, count(*) over () as all from accounts_agency) a on a.place = i %% a.all;

insert into catalog_serviceversion (service_id, name, state, max_request_bytes, withdraw_reason, sunset_reason, revision, published_at)
select id, 'v1', case when id %% 20 = 0 then 'deprecated' else 'published' end, 1048576, '', '', 1, now() - (id %% 900) * interval '1 day'
from catalog_dataservice where code like 'bench-%%';

insert into catalog_operation (version_id, code, title, method, template, record_path)
select v.id, 'op-' || o, 'Thao tác ' || o, 'GET', '/ban-ghi-' || o, 'data'
from catalog_serviceversion v join catalog_dataservice d on d.id = v.service_id and d.code like 'bench-%%' cross join generate_series(1, 4) o;

create temp table bench_fields as
select o.id, f.field || '_' || h.n || '_' || (o.id %% 50) as name, h.head || ' ' || f.label || ' ' || t.thing || ' ' || (o.id %% 50) as label, f.n
from catalog_operation o join catalog_serviceversion v on v.id = o.version_id join catalog_dataservice d on d.id = v.service_id and d.code like 'bench-%%'
cross join bench_words f join bench_words h on h.n = (o.id + f.n) %% 10 + 1 join bench_words t on t.n = (o.id / 7 + f.n * 3) %% 10 + 1;

insert into catalog_dataelement (operation_id, name, label, place, data_class, data_type, search)
select id, name, label, n, 'shared', 'chuỗi', translate(lower(label || ' ' || name),
  'àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ',
  'aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd')
from bench_fields
