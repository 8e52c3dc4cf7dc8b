export default function (component) {
  return mount(component, ".pg-world", SmallWorld);
}
