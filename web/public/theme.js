// Sets the stored theme before the first paint; a file of its own because the page allows no inline script.
try {
  const theme = localStorage.getItem("fleetcost.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the page follows the system.
}
