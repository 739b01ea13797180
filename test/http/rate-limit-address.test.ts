import test from 'ava';
import {networkOf} from '../../src/http/rate-limit-address.ts';

for (const [forwarded, connected, expected] of [
	['192.0.2.7', '10.0.0.1', '192.0.2.7'],
	['::ffff:192.0.2.7', '10.0.0.1', '192.0.2.7'],
	['2001:db8:1:2:3:4:5:6', '10.0.0.1', '2001:db8:1:2::/64'],
	['2001:DB8:0001:0002::', '10.0.0.1', '2001:db8:1:2::/64'],
	['2001:db8::1', '10.0.0.1', '2001:db8:0:0::/64'],
	['::1', '10.0.0.1', '0:0:0:0::/64'],
	['64:ff9b::192.0.2.7', '10.0.0.1', '64:ff9b:0:0::/64'],
	['fe80::1%eth0', '10.0.0.1', 'fe80:0:0:0::/64'],
	['192.0.2.7:4711', '10.0.0.1', '10.0.0.1'],
	['nonsense', '::ffff:10.0.0.1', '10.0.0.1'],
	['', '10.0.0.1', '10.0.0.1'],
	['', undefined, ''],
] as const) {
	test(`${forwarded || 'nothing'} over ${connected ?? 'nothing'} counts as ${expected || 'nobody'}`, t => {
		t.is(networkOf(forwarded, connected), expected);
	});
}
