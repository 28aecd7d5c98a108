// Starts Swagger UI on the console page; a file of its own, since the policy of our pages allows no inline script.
"use strict";
(() => {
  const place = document.getElementById("goi-thu");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    requestInterceptor: (request) => {
      if (request.method && request.method !== "GET") request.headers["X-CSRFToken"] = place.dataset.token;
      return request;
    },
  });
})();
