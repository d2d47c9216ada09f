// Remembers the newest Wasm instance. It has to be imported before what makes one.
export const instances = { newest: undefined };

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    instances.newest = Reflect.construct(target, args);
    return instances.newest;
  },
});
