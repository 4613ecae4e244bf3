export const id = 649;
export const ids = [649];
export const modules = {

/***/ 6649:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createProxyAgent: () => (/* binding */ createProxyAgent)
/* harmony export */ });
/* harmony import */ var undici__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2922);
/* harmony import */ var undici__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(592);
/* harmony import */ var _client_options_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1985);


function createProxyAgent(options) {
    const { proxy, connectTimeoutMs, connect, watchProxy, watchServer } = options;
    return new undici__WEBPACK_IMPORTED_MODULE_1__/* .ProxyAgent */ .k({
        uri: proxy.origin,
        ...(proxy.authorization !== undefined && { token: proxy.authorization }),
        ..._client_options_js__WEBPACK_IMPORTED_MODULE_0__/* .HTTP_OPTIONS */ .s9,
        ..._client_options_js__WEBPACK_IMPORTED_MODULE_0__/* .NO_TIMEOUTS */ .z,
        connectTimeout: connectTimeoutMs,
        requestTls: _client_options_js__WEBPACK_IMPORTED_MODULE_0__/* .TLS_OPTIONS */ .XO,
        clientFactory: (target) => new undici__WEBPACK_IMPORTED_MODULE_2__/* .Client */ .K(target, {
            ..._client_options_js__WEBPACK_IMPORTED_MODULE_0__/* .HTTP_OPTIONS */ .s9,
            headersTimeout: connectTimeoutMs,
            connect: watchProxy(connect),
        }),
        factory: (target, clientOptions) => new undici__WEBPACK_IMPORTED_MODULE_2__/* .Client */ .K(target, {
            ...clientOptions,
            ..._client_options_js__WEBPACK_IMPORTED_MODULE_0__/* .HTTP_OPTIONS */ .s9,
            ..._client_options_js__WEBPACK_IMPORTED_MODULE_0__/* .NO_TIMEOUTS */ .z,
            connect: watchServer(readConnector(clientOptions) ?? connect),
        }),
    });
}
function readConnector(options) {
    const connect = 'connect' in options ? options.connect : undefined;
    return isConnector(connect) ? connect : undefined;
}
function isConnector(value) {
    return typeof value === 'function';
}


/***/ })

};
