// Where one is in the console stays in sight where its places do not all fit beside each other.

const here = document.querySelector(".console-places [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;
