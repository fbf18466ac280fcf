"use strict";

const wasHere = arrive();
render(JSON.parse(document.getElementById("data").textContent));
if (!wasHere) openNamed();
