"""The web application of Shuyuan: it loads, authorises, stores and renders; the domain packages decide."""
