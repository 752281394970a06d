// The viewer calls home. The page's policy would refuse that, loudly, time and again; so what is not of this
// server is answered here, with nothing.
const fetchHere = window.fetch;
window.fetch = (what, how) => {
  const url = new URL(what instanceof Request ? what.url : what, location.href);
  return url.origin === location.origin ? fetchHere(what, how) : Promise.resolve(new Response(null, { status: 204 }));
};
// Every shader that it compiles, word by word.
console.debug = () => {};
