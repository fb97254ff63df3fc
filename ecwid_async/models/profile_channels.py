"""Accounts of a store on social networks, messengers and marketing services."""

from ecwid_async.models.base import Model, model

__all__ = [
    "ProfileFbMessengerSettings",
    "ProfileMailchimpSettings",
    "ProfileSocialLink",
    "ProfileSocialLinksSettings",
]


@model
class ProfileFbMessengerSettings(Model):
    """Settings of Facebook Messenger."""

    enabled: bool | None = None
    fb_messenger_page_id: str | None = None
    fb_messenger_theme_color: str | None = None
    fb_messenger_message_us_button_color: str | None = None


@model
class ProfileMailchimpSettings(Model):
    """Settings of Mailchimp."""

    script: str | None = None


@model
class ProfileSocialLink(Model):
    """A page of the store on a social network."""

    url: str | None = None


@model
class ProfileSocialLinksSettings(Model):
    """The pages of the store on social networks."""

    facebook: ProfileSocialLink | None = None
    instagram: ProfileSocialLink | None = None
    twitter: ProfileSocialLink | None = None
    youtube: ProfileSocialLink | None = None
    vk: ProfileSocialLink | None = None
    pinterest: ProfileSocialLink | None = None
