import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Console } from "./shell/console.tsx";
import { applyTheme, chosenTheme } from "./shell/theme.ts";
import "./styles/colors.css";
import "./styles/document.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/lists.css";
import "./styles/pages.css";

applyTheme(chosenTheme());

const element = document.getElementById("console");
if (element === null) throw new Error("the page has no element for the console");
createRoot(element).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
