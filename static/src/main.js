import "./live/index.js";
