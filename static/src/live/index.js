// The live client starts here: socket, watch, pill, append and catch-up.
