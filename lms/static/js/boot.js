// Before the first paint: tells the style sheets that scripts run, so that the menu may start closed.
document.documentElement.classList.add("scripted");
