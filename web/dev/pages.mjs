// The pages and states that pictures and browser checks go through.

const settle = (page) => page.waitForTimeout(400);

export const PAGES = {
  overview: { path: "/", full: true },
  "overview-late": { path: "/late/", full: true },
  explore: { path: "/explore" },
  "explore-late": { path: "/late/explore" },
  "explore-why": {
    path: "/late/explore",
    before: async (page) => {
      await page.locator(".notice-folding summary").click();
      await settle(page);
    },
  },
  "explore-gap": { path: "/gap/explore?idle=hide" },
  "explore-hint": {
    path: "/late/explore",
    before: async (page) => {
      const box = await page.locator(".plot").boundingBox();
      await page.mouse.move(box.x + box.width * 0.42, box.y + box.height / 2);
      await settle(page);
    },
  },
  "explore-hours": { path: "/late/explore?window=24h&aggregate=cluster,namespace" },
  "explore-deep": {
    path: '/explore?window=30d&aggregate=pod&filter=cluster:"prod-eu-1"%2Bnamespace:"checkout"%2BcontrollerKind:"deployment"%2BcontrollerName:"web"',
  },
  "explore-share": {
    path: "/explore",
    before: async (page) => {
      await page.keyboard.press("s");
      await settle(page);
    },
  },
  "explore-twin": {
    path: "/late/explore",
    before: async (page) => {
      await page.locator(".twin summary").click();
      await settle(page);
    },
  },
  "explore-complete": {
    path: "/explore",
    before: async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type('cluster:"eu');
      await page.keyboard.press("ArrowDown");
      await settle(page);
    },
  },
  "explore-unknown": { path: "/explore?windw=30d&aggregate=label:team" },
  "state-starting": { path: "/starting/explore" },
  "state-loading": { path: "/slow/explore" },
  "state-empty-fleet": { path: "/empty/explore" },
  "state-empty-filter": { path: '/explore?filter=namespace:"shoop"' },
  "state-before": { path: "/old/explore?window=lastmonth" },
  "state-not-allowed": { path: "/forbidden/explore" },
  "state-error": { path: "/error/explore" },
  "state-question": { path: "/explore?window=7days" },
  "state-stale": {
    path: "/flaky/explore",
    setup: (page) => page.clock.install(),
    before: async (page) => {
      await page.clock.fastForward(61_000);
      await settle(page);
    },
  },
  cluster: { path: "/clusters/prod-eu-1", full: true },
  "cluster-silent": { path: "/late/clusters/edge-lab?window=24h" },
  "cluster-late": { path: "/late/clusters/prod-ap-2", full: true },
  health: { path: "/health", full: true },
  "health-late": { path: "/late/health", full: true },
  "health-hint": {
    path: "/late/health",
    before: async (page) => {
      const box = await page.locator(".strip-cells").nth(2).boundingBox();
      await page.mouse.move(box.x + box.width * 0.615, box.y + 8);
      await settle(page);
    },
  },
  "health-damaged": { path: "/damaged/health?window=30d" },
  efficiency: { path: "/efficiency" },
  "efficiency-workload": { path: "/late/efficiency?tab=workload" },
  assets: { path: "/assets" },
  "assets-disks": { path: '/assets?aggregate=name&filter=cluster:"prod-eu-1"%2BassetType:"Disk"' },
  prices: { path: "/prices" },
  saved: { path: "/saved" },
  help: { path: "/help" },
  workload: { path: "/w/prod-eu-1/checkout/deployment:web" },
  clusters: { path: "/clusters" },
  "clusters-late": { path: "/late/clusters" },
  "not-found": { path: "/nowhere/at-all" },
};
