"""Hears what allauth, axes and Django say about sign-in, and has it recorded."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors.actors import actor_for, standings_of
from accounts.services.sessions import SignInDeed, record_lock, record_signin
from accounts.web.middleware import AGENCY_KEY
from core.actor import Actor
from core.web.addresses import client_address


def _actor(request: Any, user: User) -> Actor:
    return actor_for(
        user,
        standings_of(user),
        agency_id=request.session.get(AGENCY_KEY),
        request_id=getattr(request, "request_id", ""),
        address=client_address(request),
    )


def _record(deed: SignInDeed, request: HttpRequest | None, user: Any) -> None:
    if request is not None and user is not None:
        record_signin(actor=_actor(request, user), user=user, deed=deed)


def on_signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a finished sign-in."""
    _record(SignInDeed.DONE, request, user)


def on_signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record a sign-out, also one by the clock."""
    _record(SignInDeed.LEFT, request, user)


def on_password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a new password set by its owner."""
    _record(SignInDeed.PASSWORD_CHANGED, request, user)


def on_password_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a new password set by a letter's link."""
    _record(SignInDeed.PASSWORD_RESET, request, user)


def on_authenticator_added(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Record the second step being set up."""
    if authenticator.type == authenticator.Type.TOTP:
        _record(SignInDeed.SECOND_STEP_ADDED, request, user)


def on_authenticator_removed(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Record the second step being turned off."""
    if authenticator.type == authenticator.Type.TOTP:
        _record(SignInDeed.SECOND_STEP_REMOVED, request, user)


def on_codes_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record new recovery codes."""
    _record(SignInDeed.CODES_RENEWED, request, user)


def on_locked_out(request: Any, username: str, **kwargs: Any) -> None:
    """Record a lock once, when it begins; tries while it lasts are not counted and say nothing new."""
    if request.axes_failures_since_start is not None:
        record_lock(actor=request.actor, email=username or "")


def connect() -> None:
    """Start listening; called once when the apps are ready."""
    account_signals.user_logged_in.connect(on_signed_in, dispatch_uid="facts.signed_in")
    user_logged_out.connect(on_signed_out, dispatch_uid="facts.signed_out")
    account_signals.password_changed.connect(on_password_changed, dispatch_uid="facts.password_changed")
    account_signals.password_reset.connect(on_password_reset, dispatch_uid="facts.password_reset")
    mfa_signals.authenticator_added.connect(on_authenticator_added, dispatch_uid="facts.authenticator_added")
    mfa_signals.authenticator_removed.connect(on_authenticator_removed, dispatch_uid="facts.authenticator_removed")
    mfa_signals.authenticator_reset.connect(on_codes_reset, dispatch_uid="facts.codes_reset")
    user_locked_out.connect(on_locked_out, dispatch_uid="facts.locked_out")
