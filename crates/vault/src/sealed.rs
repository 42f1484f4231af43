//! The encrypted form of a set of secrets: bytes in, bytes out. Knows no files, no clock and no randomness of its own.
//!
//! ```text
//! 16  "patchbay vault\n" and the version, 1        |
//! 12  Argon2id: memory in KiB, passes, lanes       | the header: authenticated, not secret;
//! 16  its salt                                     | numbers are little-endian u32
//! 16  check: tells a wrong passphrase from damage  |
//! 24  nonce of XChaCha20-Poly1305, new each time   |
//!  …  the sealed entries and the 16-byte tag
//! ```
//! An entry is the length of its name, the name, the length of its value, the value.
//!
//! Argon2id gives 48 bytes: 32 are the key, 16 are the check, which says nothing of the key.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use zeroize::Zeroizing;

use crate::{Name, Secret};

const MAGIC: &[u8; 16] = b"patchbay vault\n\x01";
const KDF_LEN: usize = 12;
const SALT_LEN: usize = 16;
const CHECK_LEN: usize = 16;
const NONCE_LEN: usize = 24;
const KEY_LEN: usize = 32;
const HEADER_LEN: usize = MAGIC.len() + KDF_LEN + SALT_LEN + CHECK_LEN + NONCE_LEN;
const TAG_LEN: usize = 16;

pub(crate) type Salt = [u8; SALT_LEN];
pub(crate) type Nonce = [u8; NONCE_LEN];
pub(crate) type Entries = BTreeMap<Name, Secret>;

/// Why sealed bytes do not open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The passphrase is another one.
    WrongPassphrase,
    /// The bytes are not ours or were changed.
    Damaged(&'static str),
    /// There is not enough memory to derive a key.
    NoMemory,
}

/// What deriving a key costs whoever guesses passphrases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// The memory and passes of RFC 9106's second recommendation, in one lane, since they are computed in one thread.
    pub(crate) const DEFAULT: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// What a file may ask of us: a changed header must not take the machine's memory or an hour.
    fn is_bearable(self) -> bool {
        self.memory_kib <= 1024 * 1024 && (1..=64).contains(&self.passes) && (1..=16).contains(&self.lanes)
    }
}

/// A key and where it came from; derived once and kept while a vault is open, since deriving is slow on purpose.
pub(crate) struct Key {
    cost: Cost,
    salt: Salt,
    check: [u8; CHECK_LEN],
    key: Zeroizing<[u8; KEY_LEN]>,
}

impl Key {
    pub(crate) fn derive(passphrase: &Secret, cost: Cost, salt: Salt) -> Result<Key, Fault> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|_| Fault::Damaged("its key derivation has impossible settings"))?;
        let mut derived = Zeroizing::new([0; KEY_LEN + CHECK_LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &salt, derived.as_mut())
            .map_err(|_| Fault::NoMemory)?;
        let mut key = Zeroizing::new([0; KEY_LEN]);
        let mut check = [0; CHECK_LEN];
        key.copy_from_slice(&derived[..KEY_LEN]);
        check.copy_from_slice(&derived[KEY_LEN..]);
        Ok(Key { cost, salt, check, key })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.key).into())
    }

    /// Seals `entries`. `nonce` must never have been used with this key; 24 random bytes will not have been.
    pub(crate) fn seal(&self, nonce: Nonce, entries: &Entries) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(HEADER_LEN);
        sealed.extend_from_slice(MAGIC);
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            sealed.extend_from_slice(&number.to_le_bytes());
        }
        sealed.extend_from_slice(&self.salt);
        sealed.extend_from_slice(&self.check);
        sealed.extend_from_slice(&nonce);
        let plain = encode(entries);
        let body = self
            .cipher()
            .encrypt((&nonce).into(), Payload { msg: &plain, aad: &sealed })
            .expect("fewer than 256 GiB, the cipher's only limit, fit in memory");
        sealed.extend_from_slice(&body);
        sealed
    }
}

/// Sealed bytes whose header has been read.
#[derive(Debug)]
pub(crate) struct Sealed<'a> {
    cost: Cost,
    salt: Salt,
    check: [u8; CHECK_LEN],
    nonce: Nonce,
    header: &'a [u8],
    body: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (magic, rest) = take::<16>(bytes)?;
        if magic[..15] != MAGIC[..15] {
            return Err(Fault::Damaged("it is not a patchbay secrets file"));
        }
        if magic[15] != MAGIC[15] {
            return Err(Fault::Damaged("it was written by a newer patchbay"));
        }
        let (memory, rest) = take::<4>(rest)?;
        let (passes, rest) = take::<4>(rest)?;
        let (lanes, rest) = take::<4>(rest)?;
        let (salt, rest) = take(rest)?;
        let (check, rest) = take(rest)?;
        let (nonce, body) = take(rest)?;
        if body.len() < TAG_LEN {
            return Err(Fault::Damaged(SHORT));
        }
        let cost = Cost { memory_kib: u32::from_le_bytes(memory), passes: u32::from_le_bytes(passes), lanes: u32::from_le_bytes(lanes) };
        if !cost.is_bearable() {
            return Err(Fault::Damaged("its key derivation has impossible settings"));
        }
        Ok(Sealed { cost, salt, check, nonce, header: &bytes[..HEADER_LEN], body })
    }

    /// The key that these bytes were sealed with: `known` if it is that one, else derived anew.
    pub(crate) fn key(&self, passphrase: &Secret, known: Option<Key>) -> Result<Key, Fault> {
        if let Some(key) = known
            && (key.cost, key.salt, key.check) == (self.cost, self.salt, self.check)
        {
            return Ok(key);
        }
        let key = Key::derive(passphrase, self.cost, self.salt)?;
        if key.check == self.check { Ok(key) } else { Err(Fault::WrongPassphrase) }
    }

    pub(crate) fn open(&self, key: &Key) -> Result<Entries, Fault> {
        let plain = key
            .cipher()
            .decrypt((&self.nonce).into(), Payload { msg: self.body, aad: self.header })
            .map_err(|_| Fault::Damaged("it was changed after it was written"))?;
        decode(&Zeroizing::new(plain)).ok_or(Fault::Damaged("its entries cannot be read"))
    }
}

const SHORT: &str = "its end is missing";

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), Fault> {
    bytes.split_first_chunk().map(|(head, rest)| (*head, rest)).ok_or(Fault::Damaged(SHORT))
}

/// The buffer is made at its full size at once: one that grows leaves copies behind.
fn encode(entries: &Entries) -> Zeroizing<Vec<u8>> {
    let size = entries.iter().map(|(name, value)| 8 + name.as_str().len() + value.expose().len()).sum();
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    for (name, value) in entries {
        for text in [name.as_str(), value.expose()] {
            let len = u32::try_from(text.len()).expect("a vault takes no value longer than a mebibyte");
            plain.extend_from_slice(&len.to_le_bytes());
            plain.extend_from_slice(text.as_bytes());
        }
    }
    plain
}

fn decode(mut plain: &[u8]) -> Option<Entries> {
    fn text<'a>(plain: &mut &'a [u8]) -> Option<&'a str> {
        let (len, rest) = plain.split_first_chunk::<4>()?;
        let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*len)).ok()?)?;
        *plain = rest;
        std::str::from_utf8(text).ok()
    }
    let mut entries = Entries::new();
    while !plain.is_empty() {
        let name = Name::new(text(&mut plain)?).ok()?;
        entries.insert(name, Secret::new(text(&mut plain)?.to_owned()));
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    fn passphrase(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn sample() -> Entries {
        [("A", ""), ("TOKEN", "hunter2"), ("lines", "one\ntwo\n\u{1f511}")]
            .map(|(name, value)| (Name::new(name).unwrap(), Secret::new(value.into())))
            .into()
    }

    fn shown(entries: &Entries) -> Vec<(String, String)> {
        entries.iter().map(|(name, value)| (name.to_string(), value.expose().to_owned())).collect()
    }

    fn sealed_sample() -> Vec<u8> {
        Key::derive(&passphrase("open sesame"), CHEAP, [7; 16]).unwrap().seal([9; 24], &sample())
    }

    fn open(bytes: &[u8], with: &str) -> Result<Entries, Fault> {
        let sealed = Sealed::parse(bytes)?;
        let key = sealed.key(&passphrase(with), None)?;
        sealed.open(&key)
    }

    #[test]
    fn what_is_sealed_opens_with_its_passphrase_only() {
        let bytes = sealed_sample();
        assert_eq!(shown(&open(&bytes, "open sesame").unwrap()), shown(&sample()), "every entry comes back as it was");
        for wrong in ["open sesame ", "Open sesame", ""] {
            assert_eq!(open(&bytes, wrong).unwrap_err(), Fault::WrongPassphrase, "`{wrong}` is another passphrase");
        }
    }

    #[test]
    fn neither_names_nor_values_can_be_read_in_the_sealed_bytes() {
        let bytes = sealed_sample();
        for text in ["hunter2", "TOKEN", "open sesame"] {
            assert!(!bytes.windows(text.len()).any(|w| w == text.as_bytes()), "`{text}` is in the sealed bytes");
        }
    }

    #[test]
    fn a_change_of_any_single_byte_is_noticed() {
        let bytes = sealed_sample();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let fault = open(&changed, "open sesame").expect_err("a changed byte must not open");
            // The salt, the cost and the check decide what the right passphrase is, so there the two cannot be told apart.
            let ambiguous = (MAGIC.len()..HEADER_LEN - NONCE_LEN).contains(&place);
            assert!(ambiguous || matches!(fault, Fault::Damaged(_)), "byte {place}: {fault:?}");
        }
    }

    #[test]
    fn bytes_cut_off_anywhere_are_damaged_and_nothing_panics() {
        let bytes = sealed_sample();
        for len in 0..bytes.len() {
            let fault = open(&bytes[..len], "open sesame").expect_err("cut bytes must not open");
            assert!(matches!(fault, Fault::Damaged(_)), "{len} bytes: {fault:?}");
        }
    }

    #[test]
    fn a_header_that_asks_for_all_memory_is_refused_before_deriving() {
        let mut bytes = sealed_sample();
        bytes[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(Sealed::parse(&bytes), Err(Fault::Damaged(_))), "4 TiB must not be tried");
    }

    #[test]
    fn a_known_key_is_used_again_and_another_files_key_is_not() {
        let bytes = sealed_sample();
        let sealed = Sealed::parse(&bytes).unwrap();
        let key = sealed.key(&passphrase("open sesame"), None).unwrap();
        let again = sealed.key(&passphrase("not looked at"), Some(key)).expect("the known key fits");
        assert_eq!(shown(&sealed.open(&again).unwrap()), shown(&sample()), "and opens");
        let other = Key::derive(&passphrase("open sesame"), CHEAP, [8; 16]).unwrap();
        let fault = sealed.key(&passphrase("wrong"), Some(other)).map(|_| ()).unwrap_err();
        assert_eq!(fault, Fault::WrongPassphrase, "a key of another salt must not be believed");
    }
}
