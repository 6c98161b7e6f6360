SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.getElementById('reader'),
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  // No foreign host is asked whether the document is valid.
  validatorUrl: null,
});
