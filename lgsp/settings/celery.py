"""Celery over the Redis protocol; every task is short, idempotent and repeated if its worker dies."""

from datetime import time

from celery.schedules import crontab

from lgsp.env import env

CELERY_BROKER_URL = env("REDIS_URL")
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "global_keyprefix": "celery:"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DIGEST_TIME = time.fromisoformat(env("LGSP_DIGEST_TIME"))
CELERY_BEAT_SCHEDULE = {
    "deliver-letters": {"task": "accounts.tasks.deliver_letters", "schedule": 15.0},
    # Often, and doing nothing twice: the morning's reminders go out even when the machine was off at that minute.
    "remind-of-deadlines": {"task": "connections.tasks.remind", "schedule": 300.0, "options": {"expires": 290}},
    # Whoever is asked is told within a minute; nothing is told twice.
    "tell-of-campaigns": {"task": "reports.tasks.tell_of_campaigns", "schedule": 60.0, "options": {"expires": 55}},
    # Begins a little before the hour of the day's one letter, which gathers its reminders.
    "remind-of-statements": {
        "task": "reports.tasks.remind_of_statements",
        "schedule": 240.0,
        "options": {"expires": 235},
    },
    "keep-partitions": {"task": "audit.tasks.keep_partitions", "schedule": 1800.0},
    "care-for-drafts": {"task": "connections.tasks.care_for_drafts", "schedule": crontab(hour=7, minute=15)},
    # Often: a list that staff ask for is run within a minute.
    "follow-profiles": {"task": "connections.tasks.follow_profiles", "schedule": 60.0, "options": {"expires": 55}},
    # Often, and telling nothing twice.
    "watch-catalogue": {"task": "catalog.tasks.watch", "schedule": 1800.0, "options": {"expires": 1790}},
    # The broker refuses by the date already; the register follows within minutes.
    "end-announced-versions": {"task": "catalog.tasks.end_announced", "schedule": 120.0, "options": {"expires": 110}},
    "verify-log": {"task": "audit.tasks.verify_new", "schedule": crontab(minute=20), "options": {"expires": 3000}},
    "verify-whole-log": {"task": "audit.tasks.verify_all", "schedule": crontab(hour=1, minute=40)},
    "roll-up": {"task": "audit.tasks.roll_up", "schedule": 60.0, "options": {"expires": 55}},
    "archive-old-months": {
        "task": "audit.tasks.archive_old_months",
        "schedule": crontab(day_of_month=2, hour=3, minute=0),
    },
    "count-use": {"task": "audit.tasks.count_use", "schedule": 60.0, "options": {"expires": 55}},
    "index-catalogue": {"task": "catalog.tasks.index", "schedule": crontab(hour=2, minute=10)},
    "check-source-systems": {"task": "incidents.tasks.check_due", "schedule": 30.0, "options": {"expires": 25}},
    # Whoever has to act is told within a minute.
    "watch-outages": {"task": "incidents.tasks.watch_outages", "schedule": 20.0, "options": {"expires": 15}},
    # Marks say what was looked at: a look that is late looks at everything since.
    "look-for-alerts": {"task": "incidents.tasks.look_for_alerts", "schedule": 60.0, "options": {"expires": 55}},
    # Opens, notes recovery, closes by rule and reminds; does nothing twice.
    "follow-incidents": {"task": "incidents.tasks.follow_incidents", "schedule": 20.0, "options": {"expires": 15}},
    # Raised by whatever door: told within half a minute.
    "tell-of-alerts": {"task": "incidents.tasks.tell_of_alerts", "schedule": 30.0, "options": {"expires": 25}},
    "deliver-webhooks": {"task": "incidents.tasks.deliver_webhooks", "schedule": 10.0, "options": {"expires": 9}},
    # Whoever is registered is reminded once; what was told is not told again.
    "remind-of-training": {"task": "reports.tasks.remind_of_training", "schedule": 600.0, "options": {"expires": 590}},
    "erase-old-training-names": {
        "task": "reports.tasks.erase_old_training_names",
        "schedule": crontab(hour=3, minute=25),
    },
    "remind-of-certificates": {"task": "incidents.tasks.remind_of_certificates", "schedule": 21_600.0},
    "see-certificates": {"task": "incidents.tasks.see_certificates", "schedule": 600.0, "options": {"expires": 550}},
    "forget-old-checks": {"task": "incidents.tasks.forget_old_checks", "schedule": 21_600.0},
    # Whoever uses a service is told within a minute of each stage; nothing is told twice.
    "tell-of-maintenance": {
        "task": "incidents.tasks.tell_of_maintenance",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "tell-of-late-help": {"task": "incidents.tasks.tell_of_late_help", "schedule": 300.0, "options": {"expires": 290}},
    "count-status-days": {"task": "incidents.tasks.count_status_days", "schedule": 300.0, "options": {"expires": 290}},
    "remind-of-weekly-check": {
        "task": "incidents.tasks.remind_of_weekly_check",
        "schedule": 1800.0,
        "options": {"expires": 1790},
    },
    "request-due-reports": {
        "task": "reports.tasks.request_due_reports",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "count-last-use": {"task": "reports.tasks.count_last_use", "schedule": 600.0, "options": {"expires": 590}},
    # At night, a part of an hour at a time: each report is due once a day.
    "recount-reports": {"task": "reports.tasks.recount_reports", "schedule": crontab(hour="2-4", minute=50)},
}
