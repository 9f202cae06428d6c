export const OPERATOR_ROUTES = [] as const;
