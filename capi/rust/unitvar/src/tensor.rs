//! Tensors in slices: what `unitvar_tensor` is, with the slice's lifetime and its bounds checked.
use crate::error::{Error, Result};
use std::marker::PhantomData;
use std::{mem, ptr};
use unitvar_sys as sys;

/// The bits of a bfloat16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Bf16(pub u16);

/// The bits of an IEEE half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct F16(pub u16);

mod sealed {
    pub trait Sealed: Copy {
        const DTYPE: unitvar_sys::unitvar_dtype;
    }
}

/// What a tensor may have: f32, f64, [`Bf16`] or [`F16`]. Integers and `bool` are for PyTorch's draws of
/// [`crate::torch`] alone.
pub trait Element: sealed::Sealed {}

macro_rules! element {
    ($type:ty, $code:expr, $bits:expr) => {
        impl Element for $type {}
        impl sealed::Sealed for $type {
            const DTYPE: sys::unitvar_dtype = sys::unitvar_dtype { code: $code, bits: $bits, lanes: 1 };
        }
    };
}
element!(f32, 2, 32);
element!(f64, 2, 64);
element!(F16, 2, 16);
element!(Bf16, 4, 16);
element!(i8, 0, 8);
element!(i16, 0, 16);
element!(i32, 0, 32);
element!(i64, 0, 64);
element!(u8, 1, 8);
element!(bool, 6, 8);

/// Shape, strides and where they lead to.
#[derive(Clone, Debug)]
struct Layout {
    data: *mut std::ffi::c_void,
    dtype: sys::unitvar_dtype,
    byte_offset: u64,
    shape: Box<[i64]>,
    strides: Option<Box<[i64]>>,
}

fn lengths(shape: &[usize]) -> Result<Box<[i64]>> {
    let too_long = |_| Error::invalid(format!("shape is {shape:?}, expected lengths below 2^63"));
    shape.iter().map(|&length| i64::try_from(length).map_err(too_long)).collect()
}

impl Layout {
    /// Row-major: all of the slice.
    fn contiguous<T: Element>(data: *mut T, len: usize, shape: &[usize]) -> Result<Self> {
        // A length of 0 makes it empty, whatever the product of the others would be.
        let product = || shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length));
        let count = if shape.contains(&0) { Some(0) } else { product() };
        if count != Some(len) {
            return Err(Error::invalid(format!("shape is {shape:?}, expected one of the {len} elements of the slice")));
        }
        Ok(Layout { data: data.cast(), dtype: T::DTYPE, byte_offset: 0, shape: lengths(shape)?, strides: None })
    }

    /// Any strides, in elements, from the element at `offset`; every index must lead into the slice.
    fn strided<T: Element>(
        data: *mut T,
        len: usize,
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Self> {
        if shape.len() != strides.len() {
            let message = format!("strides are {strides:?}, expected one for each of the {} dimensions", shape.len());
            return Err(Error::invalid(message));
        }
        if !shape.contains(&0) {
            let (mut first, mut last) = (offset as i128, offset as i128);
            for (&length, &stride) in shape.iter().zip(strides) {
                // At most 64 terms of 127 bits could overflow; saturation keeps such a sum outside of every slice.
                let reach = (length as i128 - 1).saturating_mul(stride as i128);
                first = first.saturating_add(reach.min(0));
                last = last.saturating_add(reach.max(0));
            }
            if first < 0 || last >= len as i128 {
                return Err(Error::invalid(format!(
                    "shape {shape:?} with strides {strides:?} from {offset} leads to elements {first} to {last}, \
                     expected 0 to {}",
                    len as i128 - 1
                )));
            }
        }
        Ok(Layout {
            data: data.cast(),
            dtype: T::DTYPE,
            byte_offset: if shape.contains(&0) { 0 } else { (offset * mem::size_of::<T>()) as u64 },
            shape: lengths(shape)?,
            strides: Some(strides.iter().map(|&stride| stride as i64).collect()),
        })
    }

    fn raw(&self) -> sys::unitvar_tensor {
        sys::unitvar_tensor {
            data: self.data,
            device: sys::unitvar_device { device_type: 1, device_id: 0 },
            // The library refuses what has more than 64 dimensions.
            ndim: i32::try_from(self.shape.len()).unwrap_or(i32::MAX),
            dtype: self.dtype,
            shape: self.shape.as_ptr() as *mut i64,
            strides: self.strides.as_ref().map_or(ptr::null_mut(), |strides| strides.as_ptr() as *mut i64),
            byte_offset: self.byte_offset,
        }
    }
}

/// A tensor to read, in a slice that it borrows. It may be sent to and shared with other threads.
///
/// ```compile_fail,E0505
/// let x = vec![0f32; 6];
/// let view = unitvar::TensorView::new(&x, &[2, 3]).unwrap();
/// drop(x);
/// view.fans().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct TensorView<'a> {
    layout: Layout,
    _slice: PhantomData<&'a [u8]>,
}

/// A tensor to write, in a slice that it borrows alone: it may be sent to another thread, and cannot be read meanwhile.
///
/// ```compile_fail,E0499
/// let mut x = vec![0f32; 6];
/// let mut one = unitvar::TensorViewMut::new(&mut x, &[2, 3]).unwrap();
/// let mut other = unitvar::TensorViewMut::new(&mut x, &[3, 2]).unwrap();
/// unitvar::init::zeros(&mut one).unwrap();
/// ```
///
/// Nor is it an input and an output of one call; a layer works in place by [`crate::norm::Input::InPlace`]:
///
/// ```compile_fail,E0502
/// let mut x = vec![0f32; 6];
/// let mut y = unitvar::TensorViewMut::new(&mut x, &[2, 3]).unwrap();
/// unitvar::norm::relu(&y.as_view(), &mut y).unwrap();
/// ```
#[derive(Debug)]
pub struct TensorViewMut<'a> {
    layout: Layout,
    _slice: PhantomData<&'a mut [u8]>,
}

// Safety: they are borrowed slices of plain numbers.
unsafe impl Send for TensorView<'_> {}
unsafe impl Sync for TensorView<'_> {}
unsafe impl Send for TensorViewMut<'_> {}
unsafe impl Sync for TensorViewMut<'_> {}

impl<'a> TensorView<'a> {
    /// Row-major: all elements of the slice.
    pub fn new<T: Element>(data: &'a [T], shape: &[usize]) -> Result<Self> {
        let layout = Layout::contiguous(data.as_ptr() as *mut T, data.len(), shape)?;
        Ok(TensorView { layout, _slice: PhantomData })
    }

    /// Any strides, in elements, from the element at `offset`.
    pub fn with_strides<T: Element>(data: &'a [T], shape: &[usize], strides: &[isize], offset: usize) -> Result<Self> {
        let layout = Layout::strided(data.as_ptr() as *mut T, data.len(), shape, strides, offset)?;
        Ok(TensorView { layout, _slice: PhantomData })
    }

    pub(crate) fn raw(&self) -> sys::unitvar_tensor {
        self.layout.raw()
    }

    /// (fan_in, fan_out) of a weight of this shape.
    pub fn fans(&self) -> Result<(i64, i64)> {
        let (mut fan_in, mut fan_out) = (0, 0);
        let raw = self.layout.raw();
        // Safety: the tensor outlives the call.
        crate::error::check(unsafe { sys::unitvar_calculate_fans(&raw, &mut fan_in, &mut fan_out) })?;
        Ok((fan_in, fan_out))
    }

    /// The same of any layout, and of a convolution in groups.
    pub fn fans_in_layout(&self, layout: crate::WeightLayout, groups: i64) -> Result<(i64, i64)> {
        let (mut fan_in, mut fan_out) = (0, 0);
        let raw = self.layout.raw();
        // Safety: the tensor outlives the call.
        crate::error::check(unsafe {
            sys::unitvar_calculate_fans_layout(&raw, layout.raw(), groups, &mut fan_in, &mut fan_out)
        })?;
        Ok((fan_in, fan_out))
    }

    /// The same of axes, as JAX has them; negative ones count from the last.
    pub fn fans_of_axes(&self, in_axes: &[i32], out_axes: &[i32], batch_axes: &[i32]) -> Result<(i64, i64)> {
        let (mut fan_in, mut fan_out) = (0, 0);
        let raw = self.layout.raw();
        // A length that no list of axes has is for the library to refuse.
        let count = |axes: &[i32]| i32::try_from(axes.len()).unwrap_or(i32::MAX);
        // Safety: all of it outlives the call.
        crate::error::check(unsafe {
            sys::unitvar_calculate_fans_axes(
                &raw,
                in_axes.as_ptr(),
                count(in_axes),
                out_axes.as_ptr(),
                count(out_axes),
                batch_axes.as_ptr(),
                count(batch_axes),
                &mut fan_in,
                &mut fan_out,
            )
        })?;
        Ok((fan_in, fan_out))
    }
}

impl<'a> TensorViewMut<'a> {
    /// Row-major: all elements of the slice.
    pub fn new<T: Element>(data: &'a mut [T], shape: &[usize]) -> Result<Self> {
        let layout = Layout::contiguous(data.as_mut_ptr(), data.len(), shape)?;
        Ok(TensorViewMut { layout, _slice: PhantomData })
    }

    /// Any strides, in elements, from the element at `offset`.
    pub fn with_strides<T: Element>(
        data: &'a mut [T],
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Self> {
        let layout = Layout::strided(data.as_mut_ptr(), data.len(), shape, strides, offset)?;
        Ok(TensorViewMut { layout, _slice: PhantomData })
    }

    /// To read from, while this one is not written to.
    pub fn as_view(&self) -> TensorView<'_> {
        TensorView { layout: self.layout.clone(), _slice: PhantomData }
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.layout.shape.len()
    }

    pub(crate) fn raw(&mut self) -> sys::unitvar_tensor {
        self.layout.raw()
    }
}
