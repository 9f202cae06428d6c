/** Vite makes one style sheet of each chunk. */
declare module "*.css";
