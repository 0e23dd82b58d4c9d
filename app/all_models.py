"""Every table of every room, so that the schema is complete wherever this is imported."""

from app.attribution import models as attribution
from app.capture import models as capture
from app.consent import models as consent
from app.leads import models as leads
from app.offers import models as offers
from app.outbox import models as outbox
from app.pages import models as pages

__all__ = ["attribution", "capture", "consent", "leads", "offers", "outbox", "pages"]
