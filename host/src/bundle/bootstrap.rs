//! The program in the package: whether Lambda can start it.

use std::fmt;

use object::{
    Endianness,
    elf::{self, FileHeader64},
    read::elf::FileHeader,
};

use crate::sandbox::Target;

/// The CPU of a function, by Lambda's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Architecture {
    /// Intel and AMD, 64 bits.
    #[value(name = "x86_64")]
    X86_64,
    /// Arm, 64 bits: AWS Graviton.
    #[value(name = "arm64")]
    Arm64,
}

impl Architecture {
    /// That of this machine, if Lambda has it.
    pub fn here() -> Option<Self> {
        Target::here().map(|target| match target {
            Target::X86_64 => Self::X86_64,
            Target::Aarch64 => Self::Arm64,
        })
    }

    /// What plugins are compiled for.
    pub fn target(self) -> Target {
        match self {
            Self::X86_64 => Target::X86_64,
            Self::Arm64 => Target::Aarch64,
        }
    }

    /// That of a program, by the number in its head.
    fn of_machine(machine: u16) -> Option<Self> {
        match machine {
            elf::EM_X86_64 => Some(Self::X86_64),
            elf::EM_AARCH64 => Some(Self::Arm64),
            _ => None,
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}

/// A version of the GNU C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion {
    major: u32,
    minor: u32,
}

impl GlibcVersion {
    /// That of Amazon Linux 2023, for as long as it is kept up: Amazon keeps the version and mends it.
    pub const OF_AMAZON_LINUX_2023: Self = Self { major: 2, minor: 34 };

    /// From the name of a set of symbols, such as `GLIBC_2.34`. None for `GLIBC_PRIVATE` and for sets of other libraries.
    fn of_symbols(name: &[u8]) -> Option<Self> {
        let mut numbers = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?.split('.');
        let mut number = || numbers.next()?.parse().ok();
        Some(Self {
            major: number()?,
            minor: number()?,
        })
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// Why Lambda could not start a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BootstrapError {
    /// It is for another system.
    #[error("it is not a program for 64-bit Linux: build Quell for it, as `make lambda` does")]
    NotForLinux,
    /// It is for another CPU than the function's.
    #[error(
        "it is a program for {}, and the function's architecture is to be {wanted}: give `--architecture` and the architecture in the template as the program \
         is, or build the program anew",
        is.map_or("another CPU".to_owned(), |is| is.to_string())
    )]
    Architecture {
        /// Its own. None for one that Lambda does not have.
        is: Option<Architecture>,
        /// The function's.
        wanted: Architecture,
    },
    /// It was linked against a newer C library than there will be.
    #[error(
        "it needs glibc {needed}, and Amazon Linux 2023 has {}: `make lambda` links for an older one, or build it on a system with glibc {} or older",
        GlibcVersion::OF_AMAZON_LINUX_2023,
        GlibcVersion::OF_AMAZON_LINUX_2023
    )]
    Glibc {
        /// The newest version whose symbols it uses.
        needed: GlibcVersion,
    },
    /// Its tables contradict one another.
    #[error("its ELF tables can't be read ({0}): it may be cut off, so build or copy it anew")]
    Broken(String),
}

impl From<object::read::Error> for BootstrapError {
    fn from(error: object::read::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Checks that a function with this architecture on `provided.al2023` can start a program.
pub(super) fn check(program: &[u8], wanted: Architecture) -> Result<(), BootstrapError> {
    if !program.starts_with(&elf::ELFMAG) {
        return Err(BootstrapError::NotForLinux);
    }
    let header = FileHeader64::<Endianness>::parse(program).map_err(|_| BootstrapError::NotForLinux)?;
    let endian = header.endian()?;
    let is_program = matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN);
    if endian != Endianness::Little || !is_program {
        return Err(BootstrapError::NotForLinux);
    }
    let is = Architecture::of_machine(header.e_machine(endian));
    if is != Some(wanted) {
        return Err(BootstrapError::Architecture { is, wanted });
    }
    match newest_glibc(program, header, endian)? {
        Some(needed) if needed > GlibcVersion::OF_AMAZON_LINUX_2023 => Err(BootstrapError::Glibc { needed }),
        _ => Ok(()),
    }
}

/// The newest version of the C library whose symbols a program uses. None for one that uses none.
fn newest_glibc(
    program: &[u8],
    header: &FileHeader64<Endianness>,
    endian: Endianness,
) -> Result<Option<GlibcVersion>, object::read::Error> {
    let sections = header.sections(endian, program)?;
    let mut newest = None;
    let Some((mut libraries, strings)) = sections.gnu_verneed(endian, program)? else {
        return Ok(newest);
    };
    let strings = sections.strings(endian, program, strings)?;
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            newest = newest.max(GlibcVersion::of_symbols(version.name(endian, strings)?));
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// This test's own program, with a part of it replaced wherever it stands.
    fn changed(old: &[u8], new: &[u8]) -> Vec<u8> {
        assert_eq!(old.len(), new.len());
        let mut program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let places: Vec<_> = program
            .windows(old.len())
            .enumerate()
            .filter(|(_, window)| *window == old)
            .map(|(place, _)| place)
            .collect();
        assert!(!places.is_empty());
        for place in places {
            program[place..place + new.len()].copy_from_slice(new);
        }
        program
    }

    fn told(program: &[u8], wanted: Architecture) -> String {
        check(program, wanted).unwrap_err().to_string()
    }

    #[test]
    fn a_program_for_another_cpu_is_refused_and_both_are_named() {
        let mut program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        // e_machine
        program[18..20].copy_from_slice(&elf::EM_AARCH64.to_le_bytes());
        insta::assert_snapshot!(told(&program, Architecture::X86_64), @"it is a program for arm64, and the function's architecture is to be x86_64: give `--architecture` and the architecture in the template as the program is, or build the program anew");
        program[18..20].copy_from_slice(&elf::EM_RISCV.to_le_bytes());
        insta::assert_snapshot!(told(&program, Architecture::X86_64), @"it is a program for another CPU, and the function's architecture is to be x86_64: give `--architecture` and the architecture in the template as the program is, or build the program anew");
    }

    #[test]
    fn a_program_that_needs_a_newer_c_library_is_refused_with_both_versions() {
        let here = Architecture::here().unwrap();
        let version = b"GLIBC_2.34\0";
        insta::assert_snapshot!(told(&changed(version, b"GLIBC_2.99\0"), here), @"it needs glibc 2.99, and Amazon Linux 2023 has 2.34: `make lambda` links for an older one, or build it on a system with glibc 2.34 or older");
        assert_eq!(check(&changed(version, b"GLIBC_2.17\0"), here), Ok(()));
    }

    #[test]
    fn what_is_no_program_or_is_cut_off_is_refused_and_nothing_panics() {
        let here = Architecture::here().unwrap();
        insta::assert_snapshot!(told(b"#!/bin/sh\n", here), @"it is not a program for 64-bit Linux: build Quell for it, as `make lambda` does");
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in [0, 4, 16, 63, 64, 4096, program.len() - 1] {
            let _ = check(&program[..length], here);
        }
        insta::assert_snapshot!(told(&program[..64], here), @"its ELF tables can't be read (Invalid ELF section header offset/size/alignment): it may be cut off, so build or copy it anew");
    }

    #[test]
    fn only_numbered_versions_of_the_c_library_count() {
        assert_eq!(
            GlibcVersion::of_symbols(b"GLIBC_2.2.5"),
            Some(GlibcVersion { major: 2, minor: 2 })
        );
        assert_eq!(GlibcVersion::of_symbols(b"GLIBC_PRIVATE"), None);
        assert_eq!(GlibcVersion::of_symbols(b"GCC_3.0"), None);
    }
}
