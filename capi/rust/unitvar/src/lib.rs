//! Random weights and moments, the same bits on every processor.
//!
//! ```
//! use unitvar::{init, Engine, FanMode, Generator, Nonlinearity, TensorViewMut};
//!
//! # fn main() -> unitvar::Result<()> {
//! let mut g = Generator::new(Engine::Pcg32, 42)?;
//! let mut noise = vec![0f32; 1000];
//! g.normal(&mut noise, 0.0, 1.0)?;
//!
//! let mut weight = vec![0f32; 64 * 32];
//! let mut view = TensorViewMut::new(&mut weight, &[64, 32])?;
//! init::kaiming_normal(&mut g, &mut view, 0.0, FanMode::FanIn, Nonlinearity::Relu)?;
//! # Ok(())
//! # }
//! ```
//!
//! What each function computes, its errors and sources are in `unitvar.h`, to which every function here leads. A
//! [`Generator`] may move to another thread, but is never in two at once; everything else may be called from anywhere.
#![deny(missing_docs)]

mod constants;
mod error;
mod generator;
pub mod init;
mod library;
mod moments;
pub mod norm;
pub mod sobol;
mod tensor;
pub mod torch;

pub use constants::{Distribution, DrawKind, Engine, FanMode, InitKind, Nonlinearity, WeightLayout};
pub use error::{Error, Result, Status};
pub use generator::{Draw, Float, Generator};
pub use init::Initializer;
pub use library::{isa, num_threads, set_isa, set_num_threads, stream_version, version, version_string};
pub use moments::Moments;
pub use tensor::{Bf16, Element, TensorView, TensorViewMut, F16};
