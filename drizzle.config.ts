import { defineConfig } from "drizzle-kit";

/** `npx drizzle-kit generate --name <what-changes>` after a change of the schema. */
export default defineConfig({ dialect: "sqlite", schema: "./shared/persistence/d1/schema", out: "./migrations/d1" });
