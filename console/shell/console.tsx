import { RouterProvider } from "@tanstack/react-router";
import { SessionProvider } from "../session/session.tsx";
import { router } from "./router.ts";

export function Console() {
  return (
    <SessionProvider>
      <RouterProvider router={router} />
    </SessionProvider>
  );
}
