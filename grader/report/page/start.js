"use strict";

render(JSON.parse(document.getElementById("data").textContent));
openNamed();
