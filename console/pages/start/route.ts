import { createRoute } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { StartPage } from "./start-page.tsx";

export const startRoute = createRoute({ getParentRoute: () => rootRoute, path: "/", component: StartPage });
