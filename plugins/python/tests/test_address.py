import unittest

from quell import by_number, parse_address, parse_prefix


class Addresses(unittest.TestCase):
    def test_an_address_is_read_in_every_spelling_that_detectors_use_and_written_in_the_shortest(self):
        spellings = {
            "192.0.2.1": "192.0.2.1",
            " 192.0.2.1\n": "192.0.2.1",
            "::ffff:192.0.2.1": "192.0.2.1",
            "::FFFF:c000:201": "192.0.2.1",
            "2001:DB8::7": "2001:db8::7",
            "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
            "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
            "::": "::",
            "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
        }
        for text, shortest in spellings.items():
            self.assertEqual(str(parse_address(text)), shortest, text)

    def test_what_is_no_address_is_never_taken_for_one(self):
        none = ["", "attacker.example", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1/32", "192.0.2.1:80", "1::2::3", ":::"]
        more = ["1:2:3:4:5:6:7", "12345::", "fe80::1%eth0", "[::1]", 3405803783, None, b"\x01\x02\x03\x04", ["192.0.2.1"], {}]
        for text in none + more:
            self.assertIsNone(parse_address(text), text)

    def test_a_prefix_has_no_host_bits_and_an_address_is_the_prefix_of_it_alone(self):
        prefixes = {
            "192.0.2.77/24": "192.0.2.0/24",
            "2001:db8:1::7/64": "2001:db8:1::/64",
            "2001:db8::1": "2001:db8::1/128",
            "0.0.0.0/0": "0.0.0.0/0",
            "10.1.0.0/08": "10.0.0.0/8",
        }
        for text, prefix in prefixes.items():
            self.assertEqual(str(parse_prefix(text)), prefix, text)
        for text in ["192.0.2.0/33", "192.0.2.0/024", "192.0.2.0/255.255.255.0", "192.0.2.0/", "everyone", "::/129", 7]:
            self.assertIsNone(parse_prefix(text), text)

    def test_addresses_are_sorted_by_family_and_number(self):
        addresses = map(parse_address, ["203.0.113.100", "203.0.113.9", "::1", "10.0.0.1"])
        self.assertEqual([str(it) for it in sorted(addresses, key=by_number)], ["10.0.0.1", "203.0.113.9", "203.0.113.100", "::1"])


if __name__ == "__main__":
    unittest.main()
