import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** In development there is no server to write the mount path into the page; it is always the root. */
const baseHref: Plugin = {
  name: "base-href",
  apply: "serve",
  transformIndexHtml: (html) => html.replace('<base href="./" />', '<base href="/" />'),
};

const api = process.env["FLEETCOST_API"] ?? "http://127.0.0.1:9090";

export default defineConfig({
  // Relative, so that one build works under any ingress path; the server writes <base href>.
  base: "./",
  plugins: [react(), baseHref],
  build: {
    outDir: "../src/fleetcost/ui/static",
    emptyOutDir: true,
    // The oldest browsers that know light-dark(); older targets make the minifier rewrite it.
    target: ["chrome123", "firefox121", "safari17.5"],
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    // No inline data: addresses, the content security policy is 'self' only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What several pages need comes in one file, not in a dozen; the chart's library stays apart, and so do the
          // commands, which only pages for when something is missing show.
          groups: [
            {
              name: "shared",
              test: /src\/(?!pages\/|charts\/(draw|treemap|squares)|table\/rows|frame\/(ways|elsewhere)|words\/commands|main|app)/,
              minShareCount: 2,
            },
          ],
        },
      },
    },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": api, "/model": api, "/healthz": api },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    maxWorkers: 2,
    // A busy machine needs seconds for a page that takes half a second alone.
    testTimeout: 30_000,
  },
});
