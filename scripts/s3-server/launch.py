"""Runs one server of OpenStack Swift, or makes its rings, using only the folder of its configuration.

    launch.py rings  ETC/swift.conf
    launch.py object ETC/object-server.conf        (and so container, account, proxy)

Swift's own start scripts need /etc/swift and a daemon manager; this script needs neither.
"""
import os
import sys

kind, conf = sys.argv[1], os.path.abspath(sys.argv[2])
etc = os.path.dirname(conf)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # for dict_cache

from swift.common import utils  # noqa: E402

utils.set_swift_dir(etc)
from swift.common.storage_policy import reload_storage_policies  # noqa: E402

reload_storage_policies()


def make_rings():
    """One device, one replica: nothing to balance."""
    from swift.common.ring import RingBuilder

    with open(os.path.join(etc, 'ports')) as lines:
        ports = dict(line.strip().split('=') for line in lines)
    for name in ('account', 'container', 'object'):
        builder = RingBuilder(part_power=6, replicas=1, min_part_hours=0)
        device = {'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(ports[name]), 'device': 'd1', 'weight': 1.0}
        builder.add_dev(device)
        builder.rebalance()
        builder.get_ring().save(os.path.join(etc, name + '.ring.gz'))


def run():
    from swift.common.wsgi import run_wsgi

    options = {}
    if kind == 'object':
        from swift.obj import server

        options['global_conf_callback'] = server.global_conf_callback
    return run_wsgi(conf, kind + '-server', verbose=True, **options)


sys.exit(make_rings() if kind == 'rings' else run())
