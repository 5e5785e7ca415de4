import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/controls.css";
import "./styles/states.css";
import "./styles/chart.css";
import "./styles/table.css";
import "./styles/pages.css";
import "./styles/strip.css";
import "./styles/drawer.css";
import "./styles/changed.css";
import "./styles/savings.css";

const root = document.getElementById("app");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
