// A plugin of Haraka: take everything, and relay it through the server that
// config/edd.json describes.

'use strict';

exports.register = function () {
	this.relay = this.config.get('edd.json');
};

exports.hook_connect = function (next, connection) {
	connection.relaying = true;
	next();
};

exports.hook_rcpt = function (next) {
	next(OK);
};

exports.hook_get_mx = function (next) {
	next(OK, { ...this.relay });
};

// A bounce would be relayed as well; that it was due is in the log.
exports.hook_bounce = function (next) {
	next(OK);
};
