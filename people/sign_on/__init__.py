"""Single sign-on by OpenID Connect: what we send to the company's provider, and what of its answer is believed.

django-allauth walks the code flow; here is what it leaves open: one issuer only, the signature always checked, the
subject of what is fetched later compared, a nonce. Who may come in is decided by :mod:`people.services.sign_on`.
"""
