"""What stands before a broker in a network: passes bytes on, ends TLS, loses answers."""

import socket
import ssl
import threading
from contextlib import suppress


class Front:
    """Listens on a port of its own and passes each connection on to the broker's, untouched.

    ``lose`` is how many of the coming answers never arrive: the broker has answered, the caller's connection ends.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._port, self._tls = port, tls
        self.lose = 0
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _address = self._listening.accept()
                thread = threading.Thread(target=self._pass_on, args=(caller,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, caller: socket.socket) -> None:
        if self._tls is not None:
            try:
                caller = self._tls.wrap_socket(caller, server_side=True)
            except OSError:
                caller.close()
                return
        self.connections += 1
        broker = socket.create_connection(("127.0.0.1", self._port))
        self._open += [caller, broker]
        back = threading.Thread(target=self._pump, args=(broker, caller, True), daemon=True)
        self._threads.append(back)
        back.start()
        self._pump(caller, broker, False)

    def _pump(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while content := source.recv(65_536):
                if answers and self.lose:
                    self.lose -= 1
                    break
                target.sendall(content)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """End all connections, as a server does with idle ones."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """End everything."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)
        for end in self._open:
            end.close()
