"""Evidence in templates."""

from django import template

from audit.deeds import named

register = template.Library()
register.filter("deed_name", named)
