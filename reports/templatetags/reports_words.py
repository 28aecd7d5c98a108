"""Words of reports for templates."""

from django import template

from reports import money

register = template.Library()
register.filter("dong", money.dong)
