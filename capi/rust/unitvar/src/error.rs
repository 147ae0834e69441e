//! What a failed call gives: the library's status and its message, which names the argument and its value.
use std::ffi::{CStr, CString};
use std::fmt;
use unitvar_sys as sys;

/// The result of every call that can fail.
pub type Result<T> = std::result::Result<T, Error>;

crate::constants::constants! {
    /// Why a call failed; `Internal` also where the status is newer than this crate.
    Status by sys::unitvar_status_from_name {
        // from unitvar.h by cmake/bindings.py: Status
        /// An argument is out of its documented range.
        InvalidArgument = sys::UNITVAR_INVALID_ARGUMENT,
        /// Well-formed, but not available: a GPU device, a dtype, an instruction set.
        Unsupported = sys::UNITVAR_UNSUPPORTED,
        /// The system has no memory left.
        OutOfMemory = sys::UNITVAR_OUT_OF_MEMORY,
        /// Saved bytes that cannot be loaded.
        CorruptState = sys::UNITVAR_CORRUPT_STATE,
        /// Fewer blocks are left in the stream than the call needs.
        StreamExhausted = sys::UNITVAR_STREAM_EXHAUSTED,
        /// A fault in Unitvar itself.
        Internal = sys::UNITVAR_INTERNAL,
        // end
    }
}

impl Status {
    /// `"UNITVAR_INVALID_ARGUMENT"` and so on.
    pub fn name(self) -> &'static str {
        // Safety: never NULL, and static.
        unsafe { static_text(sys::unitvar_status_name(self.raw())) }
    }
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: Status,
    message: String,
}

impl Error {
    /// Why the call failed.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The argument, its value and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn invalid(message: String) -> Self {
        Error { status: Status::InvalidArgument, message }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Turns a status into a result, with this thread's last message.
#[inline]
pub(crate) fn check(status: i32) -> Result<()> {
    if status == sys::UNITVAR_OK {
        Ok(())
    } else {
        Err(last_error(status))
    }
}

#[cold]
fn last_error(status: i32) -> Error {
    // Safety: never NULL; valid until this thread's next failure.
    let message = unsafe { CStr::from_ptr(sys::unitvar_last_error()) };
    Error {
        status: Status::from_raw(status).unwrap_or(Status::Internal),
        message: message.to_string_lossy().into_owned(),
    }
}

/// A name for C, which cannot have a NUL within.
pub(crate) fn c_name(name: &str) -> Result<CString> {
    CString::new(name).map_err(|_| Error::invalid(format!("name is {name:?}, expected a name without NUL")))
}

/// # Safety
/// `text` is a NUL-terminated string that lives as long as the process.
pub(crate) unsafe fn static_text(text: *const std::os::raw::c_char) -> &'static str {
    CStr::from_ptr(text).to_str().unwrap_or("not UTF-8")
}
