/** Models, their versions and aliases. */
export type {};
