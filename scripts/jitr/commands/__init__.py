"""One file per command or group of commands; each is thin over the modules beside this folder."""
