"""The memcached interface that Swift uses, on a dict: with one proxy process, no cache needs to be shared."""
import time as clock


class DictCache:
    def __init__(self):
        self.entries = {}

    def get(self, key, raise_on_error=False):
        value, until = self.entries.get(key, (None, 0))
        return value if until == 0 or until > clock.time() else None

    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False):
        self.entries[key] = (value, clock.time() + time if time else 0)

    def incr(self, key, delta=1, time=0):
        value = max(0, int(self.get(key) or 0) + int(delta))
        self.set(key, value, time=time)
        return value

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -int(delta), time)

    def delete(self, key, server_key=None):
        self.entries.pop(key, None)

    def set_multi(self, mapping, server_key, serialize=True, time=0, min_compress_len=0):
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys, server_key):
        return [self.get(key) for key in keys]


def filter_factory(global_conf, **local_conf):
    cache = DictCache()

    def make_filter(app):
        def with_cache(environ, start_response):
            environ['swift.cache'] = cache
            return app(environ, start_response)

        return with_cache

    return make_filter
