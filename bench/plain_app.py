"""What most people would write: Flask, Flask-WTF, the ORM, one commit a post. The same fields, the same two rows.

No page cache, no limits, no screening, no replay check, no CSRF check (the load brings no token, which favours this
view). The database is SQLite with WAL and synchronous=FULL, as Gatepost uses it. BENCH_DATABASE names the file.
"""

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, redirect, render_template_string, request
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length, Optional

from app.capture.models import Submission
from app.db import Base
from app.ids import new_id
from app.outbox.models import Message

app = Flask(__name__)
app.config.update(
    SECRET_KEY="only-for-the-benchmark",
    WTF_CSRF_ENABLED=False,
    SQLALCHEMY_DATABASE_URI=f"sqlite:///{os.environ['BENCH_DATABASE']}",
)
orm = SQLAlchemy(app, metadata=Base.metadata)
_PAGE = "<form method=post>{% for field in form %}{{ field.label }}{{ field }}{% endfor %}</form>"


class GuideForm(FlaskForm):  # type: ignore[misc]
    """The fields of the demo's ebook form."""

    first_name = StringField(validators=[InputRequired(), Length(max=60)])
    email = EmailField(validators=[InputRequired(), Email(), Length(max=320)])
    company = StringField(validators=[Optional(), Length(max=200)])
    business = SelectField(choices=["cafe", "restaurant", "hotel", "office", "shop", "home"])
    role = SelectField(choices=["", "owner", "manager", "buyer", "barista", "student"])
    newsletter = BooleanField(name="consent.newsletter")
    gp_ms = HiddenField()
    gp_ref = HiddenField()
    gp_rev = HiddenField()


with app.app_context():

    @sa.event.listens_for(orm.engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    with orm.engine.connect() as _connection:
        PAGE_ID, REVISION_ID = _connection.execute(sa.text("SELECT page_id, id FROM page_revision LIMIT 1")).one()


@app.route("/p/tea-list-guide", methods=["GET", "POST"])
def guide() -> Response | str | tuple[str, int]:
    """Show the form, or keep what it brings."""
    form = GuideForm()
    if not form.validate_on_submit():
        return render_template_string(_PAGE, form=form), 422 if request.method == "POST" else 200
    submission = _submission(form, datetime.now(UTC))
    orm.session.add(submission)
    orm.session.flush()
    orm.session.add(
        Message(
            id=new_id(),
            topic="mail.confirm",
            submission_id=submission.id,
            payload="{}",
            state=0,
            attempt=0,
            due=submission.created_at,
            created_at=submission.created_at,
        )
    )
    receipt = submission.id
    orm.session.commit()
    return redirect(f"/r/{receipt}", 303)  # type: ignore[return-value]


def _submission(form: GuideForm, now: datetime) -> Submission:
    names = ("first_name", "email", "company", "business", "role")
    return Submission(
        id=new_id(),
        page_id=PAGE_ID,
        revision_id=REVISION_ID,
        locale="en",
        state="pending",
        email=form.email.data,
        email_key=form.email.data.lower(),
        answers={name: form[name].data for name in names if form[name].data},
        touches=[{"at": now.isoformat(), "facts": {}}],
        consents=[
            {"purpose": purpose, "wording": "0" * 32, "ticked": purpose == "newsletter" and form.newsletter.data}
            for purpose in ("newsletter", "behaviour_tracking")
        ],
        evidence={"network": request.headers.get("X-Forwarded-For"), "agent": request.headers.get("User-Agent"),
                  "language": request.headers.get("Accept-Language", "")},
        replay_key=new_id(),
        created_at=now,
        expires_at=now + timedelta(days=7),
    )  # fmt: skip
