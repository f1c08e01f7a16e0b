//! The zip: the same files make the same bytes, whenever and wherever.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write},
};

use zip::{CompressionMethod, DateTime, System, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::entry::Entry;

/// Writes files, by their paths, into a zip. Their times are the oldest that the format has; each folder is there before what lies in it.
pub(super) fn write(files: &BTreeMap<String, Entry>) -> Result<Vec<u8>, ZipError> {
    // All that the writer would otherwise take from the machine that it runs on.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut folder = "";
    for (path, file) in files {
        if let Some((above, _)) = path.rsplit_once('/').filter(|(above, _)| *above != folder) {
            folder = above;
            // Only the owner may write there: Quell takes no native code from where others could.
            zip.add_directory(above, options.unix_permissions(0o755))?;
        }
        zip.start_file(path, options.unix_permissions(file.mode()))?;
        zip.write_all(file.bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}
