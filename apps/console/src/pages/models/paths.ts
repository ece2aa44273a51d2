// Where models, versions and runs are in the console.

export const pathOf = {
  model: (model: string) => `/models/${model}`,
  version: (model: string, version: number) => `/models/${model}/${version}`,
  comparison: (model: string, a: number, b: number) => `/models/${model}/compare?a=${a}&b=${b}`,
  run: (id: string) => `/runs/${encodeURIComponent(id)}`,
};
