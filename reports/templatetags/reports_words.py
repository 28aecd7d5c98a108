"""Words of reports for templates."""

from django import template

from reports import wording

register = template.Library()
register.filter("dong", wording.dong)
