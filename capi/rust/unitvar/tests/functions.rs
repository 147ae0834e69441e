//! Calls every function of the C API by way of the safe crate and compares the SHA-256 of what it gives with
//! tests/golden/functions-v1.sha256. tests/consumers/functions.c says what is called with which arguments.
//! UNITVAR_EXPORTS names a file with the names that the library exports: each must have a case here.
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};
use unitvar::{
    init, norm, sobol, torch, Bf16, Distribution, Draw, DrawKind, Element, Engine, FanMode, Float, Generator, InitKind,
    Initializer, Moments, Nonlinearity, Result, Status, TensorView, TensorViewMut, WeightLayout, F16,
};
use unitvar_sys as sys;

/// Little-endian bytes.
trait Bytes {
    fn bytes(&self) -> Vec<u8>;
}
macro_rules! bytes {
    ($($type:ty),*) => {
        $(impl Bytes for $type {
            fn bytes(&self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
        })*
    };
}
bytes!(u8, i32, u32, i64, u64, f32, f64);
impl Bytes for Bf16 {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_le_bytes().to_vec()
    }
}
impl Bytes for F16 {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_le_bytes().to_vec()
    }
}
impl<T: Bytes> Bytes for [T] {
    fn bytes(&self) -> Vec<u8> {
        self.iter().flat_map(T::bytes).collect()
    }
}

const COUNT: usize = 1003;
const LARGE: usize = 1000003;
type Sum = Result<Vec<u8>>;

fn truth() -> Sum {
    Ok(vec![1])
}

fn pcg32() -> Result<Generator> {
    Generator::new(Engine::Pcg32, 42)
}

fn words(mut g: Generator) -> Sum {
    let mut words = [0u32; COUNT];
    g.bits_u32(&mut words)?;
    Ok(words.bytes())
}

/// What a sampler writes into n elements.
fn sample<T: Bytes + Default + Copy>(n: usize, fill: impl FnOnce(&mut Generator, &mut [T]) -> Result<()>) -> Sum {
    let mut x = vec![T::default(); n];
    fill(&mut pcg32()?, &mut x)?;
    Ok(x.bytes())
}

fn of_shape<T: Element + Bytes + Default>(
    shape: &[usize],
    initialize: impl FnOnce(&mut Generator, &mut TensorViewMut<'_>) -> Result<()>,
) -> Sum {
    let mut x = vec![T::default(); shape.iter().product()];
    initialize(&mut pcg32()?, &mut TensorViewMut::new(&mut x, shape)?)?;
    Ok(x.bytes())
}
fn filters(initialize: impl FnOnce(&mut Generator, &mut TensorViewMut<'_>) -> Result<()>) -> Sum {
    of_shape::<f32>(&[16, 12, 3], initialize)
}
fn matrix(initialize: impl FnOnce(&mut Generator, &mut TensorViewMut<'_>) -> Result<()>) -> Sum {
    of_shape::<f32>(&[16, 12], initialize)
}

fn version() -> Sum {
    let v = unitvar::version();
    assert_eq!(format!("{}.{}.{}", v / 10000, v / 100 % 100, v % 100), unitvar::version_string());
    truth()
}

fn last_error() -> Sum {
    // Damaged bytes are a failure that safe code can make; its message is the library's.
    let error = Generator::load(b"not a generator").unwrap_err();
    assert_eq!(error.status(), Status::CorruptState);
    assert!(!error.message().is_empty());
    truth()
}

fn isa() -> Sum {
    assert!(["avx512", "avx2", "neon", "scalar"].contains(&unitvar::isa()), "{}", unitvar::isa());
    truth()
}

fn set_isa() -> Sum {
    let before = unitvar::isa();
    unitvar::set_isa(Some("scalar"))?;
    assert_eq!(unitvar::isa(), "scalar");
    let sum = words(pcg32()?);
    unitvar::set_isa(Some(before))?;
    sum
}

fn num_threads() -> Sum {
    unitvar::set_num_threads(3)?;
    let n = unitvar::num_threads();
    unitvar::set_num_threads(0)?;
    assert!(unitvar::num_threads() >= 1);
    Ok(n.bytes())
}

/// The first sixteen, which the sums are of.
fn kinds() -> impl Iterator<Item = InitKind> {
    (1..=16).map_while(InitKind::from_number)
}

fn values() -> Sum {
    let x: Vec<f64> = (0..12).map(|i| f64::from(i) / 7.0).collect();
    filters(|_, t| init::values(t, &TensorView::new(&x, &[12, 1])?))
}

fn fans_in_layout() -> Sum {
    let x = [0f32; 576];
    let t = TensorView::new(&x, &[16, 12, 3])?;
    let (a, b) = (t.fans_in_layout(WeightLayout::OutInK, 4)?, t.fans_in_layout(WeightLayout::KInOut, 3)?);
    Ok([a.0, a.1, b.0, b.1].bytes())
}

fn fans_of_axes() -> Sum {
    let (fan_in, fan_out) = TensorView::new(&[0f32; 576], &[16, 12, 3])?.fans_of_axes(&[-1], &[1], &[0])?;
    Ok([fan_in, fan_out].bytes())
}

fn draws() -> impl Iterator<Item = DrawKind> {
    (1..=5).map_while(DrawKind::from_number)
}

fn draw_defaults() -> Sum {
    let mut sum = Vec::new();
    for kind in draws() {
        let raw = Draw::new(kind)?.raw::<f32>();
        sum.extend(raw.struct_size.bytes());
        sum.extend(raw.kind.bytes());
        sum.extend([raw.dtype.code, raw.dtype.bits].bytes());
        sum.extend((i32::from(raw.dtype.lanes) << 16).bytes()[2..].iter());
        sum.extend(raw.reserved.bytes());
        sum.extend(raw.p.bytes());
        sum.extend(raw.k.bytes());
    }
    Ok(sum)
}

fn constants<T>(names: &[&str], from_name: fn(&str) -> Result<T>, value: fn(T) -> i32) -> Sum {
    Ok(names.iter().map(|name| from_name(name).map(value)).collect::<Result<Vec<i32>>>()?.bytes())
}

fn status_names() -> Sum {
    let known = ["INVALID_ARGUMENT", "UNSUPPORTED", "OUT_OF_MEMORY", "CORRUPT_STATE", "STREAM_EXHAUSTED", "INTERNAL"];
    let mut names = String::from("UNITVAR_OK\n");
    for name in known {
        let name = format!("UNITVAR_{name}");
        assert_eq!(Status::from_name(&name)?.name(), name);
        names += &(name + "\n");
    }
    // What is no status: only the raw function takes one.
    let unknown = unsafe { std::ffi::CStr::from_ptr(unitvar_sys::unitvar_status_name(7)) };
    Ok((names + unknown.to_str().unwrap() + "\n").into_bytes())
}

fn status_from_name() -> Sum {
    // UNITVAR_OK is no Status of this crate: only the raw function knows it.
    let mut ok = -1;
    assert_eq!(unsafe { unitvar_sys::unitvar_status_from_name("UNITVAR_OK\0".as_ptr().cast(), &mut ok) }, 0);
    let mut sum = ok.bytes();
    sum.extend(constants(&["UNITVAR_INVALID_ARGUMENT", "UNITVAR_INTERNAL"], Status::from_name, |value| value as i32)?);
    Ok(sum)
}

fn after_a_block_or_two() -> Result<Generator> {
    let mut g = pcg32()?;
    g.bits_u32(&mut [0; 100])?;
    Ok(g)
}

fn at_block(block: u64) -> Result<Generator> {
    let mut g = pcg32()?;
    g.seek(block)?;
    Ok(g)
}

fn tell() -> Sum {
    let mut g = pcg32()?;
    g.bits_u32(&mut [0; COUNT])?;
    Ok(g.tell()?.bytes())
}

fn gains() -> Sum {
    use Nonlinearity::*;
    let gains: Result<Vec<f64>> = [Linear, Sigmoid, Tanh, Relu, LeakyRelu, Selu].iter().map(|f| f.gain(None)).collect();
    Ok(gains?.bytes())
}

fn fans() -> Sum {
    let (fan_in, fan_out) = TensorView::new(&[0f32; 576], &[16, 12, 3])?.fans()?;
    Ok([fan_in, fan_out].bytes())
}

fn defaults() -> Sum {
    let mut sum = Vec::new();
    for kind in kinds() {
        let raw = Initializer::new(kind)?.raw();
        sum.extend(raw.struct_size.bytes());
        sum.extend([raw.kind, raw.fan_mode, raw.nonlinearity, raw.distribution, raw.reserved].bytes());
        sum.extend(raw.groups.bytes());
        sum.extend(raw.p.bytes());
    }
    Ok(sum)
}

fn shard() -> Sum {
    of_shape::<f32>(&[8, 6, 3], |g, t| {
        Initializer::new(InitKind::KaimingNormal)?.write_shard(Some(g), t, &[16, 12, 3], &[4, 3, 0])
    })
}

fn torch_mt19937() -> Result<Generator> {
    Generator::new(Engine::TorchMt19937, 42)
}

/// A weight, then 16 biases.
fn layer(
    shape: &[usize],
    reset: impl FnOnce(&mut Generator, &mut TensorViewMut<'_>, &mut TensorViewMut<'_>) -> Result<()>,
) -> Sum {
    let (mut weight, mut bias) = (vec![0f32; shape.iter().product()], [0f32; 16]);
    let mut views = (TensorViewMut::new(&mut weight, shape)?, TensorViewMut::new(&mut bias, &[16])?);
    reset(&mut torch_mt19937()?, &mut views.0, &mut views.1)?;
    Ok([weight.bytes(), bias.bytes()].concat())
}

/// Into (16, 12, 3).
fn draw<T: Element + Default>(f: impl FnOnce(&mut Generator, &mut TensorViewMut<'_>) -> Result<()>) -> Sum
where
    T: Bytes,
{
    let mut x = [T::default(); 576];
    f(&mut torch_mt19937()?, &mut TensorViewMut::new(&mut x, &[16, 12, 3])?)?;
    Ok(x.bytes())
}

fn multinomial() -> Sum {
    let (mut g, mut weights, mut samples) = (torch_mt19937()?, [0f32; 192], [0i64; 80]);
    init::uniform(&mut g, &mut TensorViewMut::new(&mut weights, &[16, 12])?, 0.0, 1.0)?;
    let drawn = &mut TensorViewMut::new(&mut samples, &[16, 5])?;
    torch::multinomial(&mut g, &TensorView::new(&weights, &[16, 12])?, false, drawn)?;
    Ok(samples.bytes())
}

fn normals<T: Float + Default>() -> Result<[T; COUNT]> {
    let mut x = [T::default(); COUNT];
    pcg32()?.normal(&mut x, 3.0, 2.0)?;
    Ok(x)
}

/// C's three doubles, which `Moments` does not use.
fn moments_f32() -> Result<sys::unitvar_moments> {
    let (x, mut m) = (normals::<f32>()?, sys::unitvar_moments::default());
    // Safety: the pointers are valid for the call; so below.
    assert_eq!(unsafe { sys::unitvar_moments_update_f32(&mut m, x.as_ptr(), COUNT) }, 0);
    Ok(m)
}
fn moments_f64() -> Result<sys::unitvar_moments> {
    let (x, mut m) = (normals::<f64>()?, sys::unitvar_moments::default());
    assert_eq!(unsafe { sys::unitvar_moments_update_f64(&mut m, x.as_ptr(), COUNT) }, 0);
    Ok(m)
}
fn three(m: sys::unitvar_moments) -> Sum {
    Ok([m.count, m.mean, m.m2].bytes())
}
fn merged() -> Sum {
    let mut m = moments_f32()?;
    assert_eq!(unsafe { sys::unitvar_moments_merge(&mut m, &moments_f64()?) }, 0);
    three(m)
}
fn variance() -> Sum {
    let mut variance = 0.0;
    assert_eq!(unsafe { sys::unitvar_moments_variance(&moments_f32()?, 1.0, &mut variance) }, 0);
    Ok(variance.bytes())
}

fn wide<T: Float + Default>() -> Result<Moments> {
    let mut m = Moments::new();
    m.update(&normals::<T>()?)?;
    Ok(m)
}
fn five(m: Moments) -> Sum {
    let m = m.as_raw();
    Ok([m.count, m.mean, m.mean_low, m.m2, m.prescale].bytes())
}
fn wide_merged() -> Sum {
    let mut m = wide::<f32>()?;
    m.merge(&wide::<f64>()?)?;
    five(m)
}

/// Norms and activations: functions.c says what is drawn, and what a sum is of.
struct Layer {
    x: Vec<f32>,
    grad_y: Vec<f32>,
    w: Vec<f32>,
    b: Vec<f32>,
    y: Vec<f32>,
    mean: Vec<f32>,
    rstd: Vec<f32>,
    grad_w: Vec<f32>,
    grad_b: Vec<f32>,
    running_mean: Vec<f32>,
    running_var: Vec<f32>,
    batches: i64,
}

const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

fn layers(call: impl FnOnce(&mut Layer) -> Result<()>) -> Sum {
    let mut g = pcg32()?;
    let mut normals = |n: usize| {
        let mut x = vec![0f32; n];
        g.normal(&mut x, 0.0, 1.0).map(|()| x)
    };
    let mut l = Layer {
        x: normals(120)?,
        grad_y: normals(120)?,
        w: normals(30)?,
        b: normals(30)?,
        y: vec![0.0; 120],
        mean: vec![0.0; 24],
        rstd: vec![0.0; 24],
        grad_w: vec![0.0; 30],
        grad_b: vec![0.0; 30],
        running_mean: vec![0.0; 6],
        running_var: vec![1.0; 6],
        batches: 0,
    };
    call(&mut l)?;
    let outputs = [l.y, l.mean, l.rstd, l.grad_w, l.grad_b, l.running_mean, l.running_var].concat();
    Ok([outputs.bytes(), l.batches.bytes()].concat())
}

/// x and grad_y as two parts of two images each.
const HALF: &[usize] = &[2, 6, 5];
fn moments_of_halves(l: &Layer) -> Result<Vec<Moments>> {
    let mut moments = vec![Moments::new(); 12];
    for i in 0..2 {
        norm::batch_moments(&of(&l.x[60 * i..], HALF), &mut moments[6 * i..6 * i + 6])?;
    }
    Ok(moments)
}
fn sums_of_halves(l: &mut Layer) -> Result<Vec<norm::BatchGradientSums>> {
    norm::batch_norm(
        &of(&l.x, WHOLE),
        None,
        None,
        None,
        None,
        None,
        true,
        MOMENTUM,
        EPS,
        &mut to(&mut l.y, WHOLE),
        Some(&mut to(&mut l.mean, &[6])),
        Some(&mut to(&mut l.rstd, &[6])),
    )?;
    let mut sums = vec![norm::BatchGradientSums::default(); 12];
    for i in 0..2 {
        norm::batch_norm_backward_sums(
            &of(&l.grad_y[60 * i..], HALF),
            &of(&l.x[60 * i..], HALF),
            &of(&l.mean, &[6]),
            &mut sums[6 * i..6 * i + 6],
        )?;
    }
    Ok(sums)
}
fn batch_moments() -> Sum {
    let mut all = Vec::new();
    layers(|l| {
        for m in moments_of_halves(l)? {
            all.extend(five(m)?);
        }
        Ok(())
    })?;
    Ok(all)
}
fn batch_norm_backward_sums() -> Sum {
    let mut all = Vec::new();
    layers(|l| {
        for s in sums_of_halves(l)? {
            all.extend([s.count, s.gradient, s.product].bytes());
        }
        Ok(())
    })?;
    Ok(all)
}
fn switchable_norm_backward() -> Sum {
    let (mut mean, mut var) = ([0.0; 3], [0.0; 3]);
    let outputs = layers(|l| {
        norm::switchable_norm_backward(
            &of(&l.grad_y, WHOLE),
            &of(&l.x, WHOLE),
            Some(&of(&l.w, &[6])),
            [1.0, 0.0, -1.0],
            [0.0, -1.0, 2.0],
            None,
            None,
            true,
            EPS,
            Some(&mut to(&mut l.y, WHOLE)),
            Some(&mut to(&mut l.grad_w, &[6])),
            Some(&mut to(&mut l.grad_b, &[6])),
            Some(&mut mean),
            Some(&mut var),
        )
    })?;
    Ok([outputs, mean.bytes(), var.bytes()].concat())
}

/// Of a tensor of normals.
fn moments_update() -> Sum {
    let x = filters(|g, t| init::normal(g, t, 0.0, 1.0))?;
    let x: Vec<f32> = x.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let mut m = sys::unitvar_moments::default();
    let mut shape = [16, 12, 3];
    let t = sys::unitvar_tensor {
        data: x.as_ptr() as *mut std::ffi::c_void,
        device: sys::unitvar_device { device_type: 1, device_id: 0 },
        ndim: 3,
        dtype: sys::unitvar_dtype { code: 2, bits: 32, lanes: 1 },
        shape: shape.as_mut_ptr(),
        strides: std::ptr::null_mut(),
        byte_offset: 0,
    };
    assert_eq!(unsafe { sys::unitvar_moments_update(&mut m, &t) }, 0);
    three(m)
}
fn wide_moments_update() -> Sum {
    let x = filters(|g, t| init::normal(g, t, 0.0, 1.0))?;
    let x: Vec<f32> = x.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let mut m = Moments::new();
    m.update_tensor(&of(&x, &[16, 12, 3]))?;
    five(m)
}

/// The tensor of the first elements.
fn of<'a>(data: &'a [f32], shape: &[usize]) -> TensorView<'a> {
    TensorView::new(&data[..shape.iter().product()], shape).unwrap()
}
fn to<'a>(data: &'a mut [f32], shape: &[usize]) -> TensorViewMut<'a> {
    TensorViewMut::new(&mut data[..shape.iter().product()], shape).unwrap()
}
const WHOLE: &[usize] = &[4, 6, 5];

#[rustfmt::skip]
const LAYERS: &[(&str, fn(&mut Layer) -> Result<()>)] = &[
    ("mean_var", |l| norm::mean_var(&of(&l.x, WHOLE), Some(&[0, -1]), 1.0,
        Some(&mut to(&mut l.mean, &[6])), Some(&mut to(&mut l.rstd, &[6])))),
    ("layer_norm", |l| norm::layer_norm(&of(&l.x, WHOLE), 1, Some(&of(&l.w, &[5])), Some(&of(&l.b, &[5])), EPS,
        &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.mean, &[4, 6])), Some(&mut to(&mut l.rstd, &[4, 6])))),
    ("rms_norm", |l| norm::rms_norm(&of(&l.x, WHOLE), 1, Some(&of(&l.w, &[5])), EPS,
        &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.rstd, &[4, 6])))),
    ("layer_norm_residual", |l| {
        let residual = l.grad_y.clone();
        norm::layer_norm_residual(&of(&l.x, WHOLE), &of(&residual, WHOLE), 1, Some(&of(&l.w, &[5])),
            Some(&of(&l.b, &[5])), EPS, Some(&mut to(&mut l.grad_y, WHOLE)), &mut to(&mut l.y, WHOLE),
            Some(&mut to(&mut l.mean, &[4, 6])), Some(&mut to(&mut l.rstd, &[4, 6])))
    }),
    ("rms_norm_residual", |l| norm::rms_norm_residual(&of(&l.x, WHOLE), &of(&l.grad_y, WHOLE), 1,
        Some(&of(&l.w, &[5])), EPS, None, &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.rstd, &[4, 6])))),
    ("layer_norm_axes", |l| norm::layer_norm_axes(&of(&l.x, WHOLE), Some(&[1]), Some(&of(&l.w, &[6])),
        Some(&of(&l.b, &[6])), EPS, &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.mean, &[4, 5])),
        Some(&mut to(&mut l.rstd, &[4, 1, 5])))),
    ("rms_norm_axes", |l| norm::rms_norm_axes(&of(&l.x, WHOLE), Some(&[1]), Some(&of(&l.w, &[6])), EPS,
        &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.rstd, &[4, 5])))),
    ("layer_norm_given", |l| norm::layer_norm_given(&of(&l.x, WHOLE), 1, &of(&l.grad_y, &[4, 6]), &of(&l.w, &[4, 6]),
        Some(&of(&l.w, &[5])), Some(&of(&l.b, &[5])), &mut to(&mut l.y, WHOLE))),
    ("batch_norm_given", |l| {
        let moments = moments_of_halves(l)?;
        norm::batch_norm_given(&of(&l.x[60..], HALF), Some(&of(&l.w, &[6])), Some(&of(&l.b, &[6])), &moments,
            Some(&mut to(&mut l.running_mean, &[6])), Some(&mut to(&mut l.running_var, &[6])), Some(&mut l.batches),
            MOMENTUM, EPS, &mut to(&mut l.y[60..], HALF), Some(&mut to(&mut l.mean, &[6])),
            Some(&mut to(&mut l.rstd, &[6])))
    }),
    ("batch_norm_backward_given", |l| {
        let sums = sums_of_halves(l)?;
        norm::batch_norm_backward_given(&of(&l.grad_y[60..], HALF), &of(&l.x[60..], HALF), &of(&l.mean, &[6]),
            &of(&l.rstd, &[6]), Some(&of(&l.w, &[6])), &sums, Some(&mut to(&mut l.y[60..], HALF)),
            Some(&mut to(&mut l.grad_w, &[6])), Some(&mut to(&mut l.grad_b, &[6])))
    }),
    ("layer_norm_axes_backward", |l| {
        norm::layer_norm_axes(&of(&l.x, WHOLE), Some(&[1]), None, None, EPS, &mut to(&mut l.y, WHOLE),
            Some(&mut to(&mut l.mean, &[4, 5])), Some(&mut to(&mut l.rstd, &[4, 1, 5])))?;
        norm::layer_norm_axes_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), Some(&[1]), &of(&l.mean, &[4, 5]),
            &of(&l.rstd, &[4, 1, 5]), Some(&of(&l.w, &[6])), Some(&mut to(&mut l.y, WHOLE)),
            Some(&mut to(&mut l.grad_w, &[6])), Some(&mut to(&mut l.grad_b, &[6])))
    }),
    ("rms_norm_axes_backward", |l| {
        norm::rms_norm_axes(&of(&l.x, WHOLE), Some(&[1]), None, EPS, &mut to(&mut l.y, WHOLE),
            Some(&mut to(&mut l.rstd, &[4, 5])))?;
        norm::rms_norm_axes_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), Some(&[1]), &of(&l.rstd, &[4, 5]),
            Some(&of(&l.w, &[6])), Some(&mut to(&mut l.y, WHOLE)), Some(&mut to(&mut l.grad_w, &[6])))
    }),
    ("local_response_norm_window",
     |l| norm::local_response_norm_window(&of(&l.x, WHOLE), 1, 2, 4, 1e-4, 0.75, 1.0, &mut to(&mut l.y, WHOLE))),
    ("local_response_norm_backward", |l| norm::local_response_norm_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), 3,
        1e-4, 0.75, 1.0, &mut to(&mut l.y, WHOLE))),
    ("local_response_norm_window_backward", |l| norm::local_response_norm_window_backward(&of(&l.grad_y, WHOLE),
        &of(&l.x, WHOLE), 1, 2, 4, 0.5, 0.6, 1.0, &mut to(&mut l.y, WHOLE))),
    ("group_norm", |l| norm::group_norm(&of(&l.x, WHOLE), 3, Some(&of(&l.w, &[6])), Some(&of(&l.b, &[6])), EPS,
        &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.mean, &[4, 3])), Some(&mut to(&mut l.rstd, &[4, 3])))),
    ("batch_norm", |l| norm::batch_norm(&of(&l.x, WHOLE), Some(&of(&l.w, &[6])), Some(&of(&l.b, &[6])),
        Some(&mut to(&mut l.running_mean, &[6])), Some(&mut to(&mut l.running_var, &[6])), Some(&mut l.batches), true,
        MOMENTUM, EPS, &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.mean, &[6])), Some(&mut to(&mut l.rstd, &[6])))),
    ("instance_norm", |l| norm::instance_norm(&of(&l.x, WHOLE), Some(&of(&l.w, &[6])), Some(&of(&l.b, &[6])),
        Some(&mut to(&mut l.running_mean, &[6])), Some(&mut to(&mut l.running_var, &[6])), true, MOMENTUM, EPS,
        &mut to(&mut l.y, WHOLE))),
    ("switchable_norm", |l| norm::switchable_norm(&of(&l.x, WHOLE), Some(&of(&l.w, &[6])), Some(&of(&l.b, &[6])),
        [1.0, 0.0, -1.0], [0.0, -1.0, 2.0], Some(&mut to(&mut l.running_mean, &[6])),
        Some(&mut to(&mut l.running_var, &[6])), true, MOMENTUM, EPS, &mut to(&mut l.y, WHOLE))),
    ("local_response_norm", |l| norm::local_response_norm(&of(&l.x, WHOLE), 3, 1e-4, 0.75, 1.0, &mut to(&mut l.y, WHOLE))),
    ("dropout", |l| norm::dropout(&mut pcg32()?, &of(&l.x, WHOLE), 0.1, &mut to(&mut l.y, WHOLE))),
    ("layer_norm_activation", |l| norm::layer_norm_activation(&of(&l.x, WHOLE), 1, Some(&of(&l.w, &[5])),
        Some(&of(&l.b, &[5])), EPS, Nonlinearity::Relu, 0.0, &mut to(&mut l.y, WHOLE),
        Some(&mut to(&mut l.mean, &[4, 6])), Some(&mut to(&mut l.rstd, &[4, 6])))),
    ("rms_norm_activation", |l| norm::rms_norm_activation(&of(&l.x, WHOLE), 1, Some(&of(&l.w, &[5])), EPS,
        Nonlinearity::LeakyRelu, 0.01, &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.rstd, &[4, 6])))),
    ("group_norm_activation", |l| norm::group_norm_activation(&of(&l.x, WHOLE), 3, Some(&of(&l.w, &[6])),
        Some(&of(&l.b, &[6])), EPS, Nonlinearity::Relu, 0.0, &mut to(&mut l.y, WHOLE),
        Some(&mut to(&mut l.mean, &[4, 3])), Some(&mut to(&mut l.rstd, &[4, 3])))),
    ("batch_norm_activation", |l| norm::batch_norm_activation(&of(&l.x, WHOLE), Some(&of(&l.w, &[6])),
        Some(&of(&l.b, &[6])), Some(&mut to(&mut l.running_mean, &[6])), Some(&mut to(&mut l.running_var, &[6])),
        Some(&mut l.batches), true, MOMENTUM, EPS, Nonlinearity::LeakyRelu, 0.2, &mut to(&mut l.y, WHOLE),
        Some(&mut to(&mut l.mean, &[6])), Some(&mut to(&mut l.rstd, &[6])))),
    ("batch_norm_given_activation", |l| {
        let moments = moments_of_halves(l)?;
        norm::batch_norm_given_activation(&of(&l.x[60..], HALF), Some(&of(&l.w, &[6])), Some(&of(&l.b, &[6])), &moments,
            Some(&mut to(&mut l.running_mean, &[6])), Some(&mut to(&mut l.running_var, &[6])), Some(&mut l.batches),
            MOMENTUM, EPS, Nonlinearity::Relu, 0.0, &mut to(&mut l.y[60..], HALF), Some(&mut to(&mut l.mean, &[6])),
            Some(&mut to(&mut l.rstd, &[6])))
    }),
    ("instance_norm_activation", |l| norm::instance_norm_activation(&of(&l.x, WHOLE), Some(&of(&l.w, &[6])),
        Some(&of(&l.b, &[6])), Some(&mut to(&mut l.running_mean, &[6])), Some(&mut to(&mut l.running_var, &[6])), true,
        MOMENTUM, EPS, Nonlinearity::Linear, 0.0, &mut to(&mut l.y, WHOLE))),
    ("relu", |l| norm::relu(&of(&l.x, WHOLE), &mut to(&mut l.y, WHOLE))),
    ("leaky_relu", |l| norm::leaky_relu(&of(&l.x, WHOLE), 0.01, &mut to(&mut l.y, WHOLE))),
    ("prelu", |l| norm::prelu(&of(&l.x, WHOLE), &of(&l.w, &[6]), &mut to(&mut l.y, WHOLE))),
    ("linear", |l| norm::linear(&of(&l.x, WHOLE), &of(&l.w, &[3, 5]), Some(&of(&l.b, &[3])), &mut to(&mut l.y, &[4, 6, 3]))),
    ("layer_norm_backward", |l| {
        norm::layer_norm(&of(&l.x, WHOLE), 1, None, None, EPS, &mut to(&mut l.y, WHOLE),
            Some(&mut to(&mut l.mean, &[4, 6])), Some(&mut to(&mut l.rstd, &[4, 6])))?;
        norm::layer_norm_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), 1, &of(&l.mean, &[4, 6]),
            &of(&l.rstd, &[4, 6]), Some(&of(&l.w, &[5])), Some(&mut to(&mut l.y, WHOLE)),
            Some(&mut to(&mut l.grad_w, &[5])), Some(&mut to(&mut l.grad_b, &[5])))
    }),
    ("rms_norm_backward", |l| {
        norm::rms_norm(&of(&l.x, WHOLE), 1, None, EPS, &mut to(&mut l.y, WHOLE), Some(&mut to(&mut l.rstd, &[4, 6])))?;
        norm::rms_norm_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), 1, &of(&l.rstd, &[4, 6]),
            Some(&of(&l.w, &[5])), Some(&mut to(&mut l.y, WHOLE)), Some(&mut to(&mut l.grad_w, &[5])))
    }),
    ("group_norm_backward", |l| {
        norm::group_norm(&of(&l.x, WHOLE), 3, None, None, EPS, &mut to(&mut l.y, WHOLE),
            Some(&mut to(&mut l.mean, &[4, 3])), Some(&mut to(&mut l.rstd, &[4, 3])))?;
        norm::group_norm_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), 3, &of(&l.mean, &[4, 3]),
            &of(&l.rstd, &[4, 3]), Some(&of(&l.w, &[6])), Some(&mut to(&mut l.y, WHOLE)),
            Some(&mut to(&mut l.grad_w, &[6])), Some(&mut to(&mut l.grad_b, &[6])))
    }),
    ("batch_norm_backward", |l| {
        norm::batch_norm(&of(&l.x, WHOLE), None, None, None, None, None, true, MOMENTUM, EPS, &mut to(&mut l.y, WHOLE),
            Some(&mut to(&mut l.mean, &[6])), Some(&mut to(&mut l.rstd, &[6])))?;
        norm::batch_norm_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), &of(&l.mean, &[6]), &of(&l.rstd, &[6]),
            Some(&of(&l.w, &[6])), true, Some(&mut to(&mut l.y, WHOLE)), Some(&mut to(&mut l.grad_w, &[6])),
            Some(&mut to(&mut l.grad_b, &[6])))
    }),
    ("instance_norm_backward", |l| norm::instance_norm_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE),
        Some(&of(&l.w, &[6])), None, None, true, EPS, Some(&mut to(&mut l.y, WHOLE)),
        Some(&mut to(&mut l.grad_w, &[6])), Some(&mut to(&mut l.grad_b, &[6])))),
    ("relu_backward", |l| norm::relu_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), &mut to(&mut l.y, WHOLE))),
    ("leaky_relu_backward",
     |l| norm::leaky_relu_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), 0.01, &mut to(&mut l.y, WHOLE))),
    ("prelu_backward", |l| norm::prelu_backward(&of(&l.grad_y, WHOLE), &of(&l.x, WHOLE), &of(&l.w, &[6]),
        Some(&mut to(&mut l.y, WHOLE)), Some(&mut to(&mut l.grad_w, &[6])))),
    ("linear_backward", |l| norm::linear_backward(&of(&l.grad_y, &[4, 6, 3]), &of(&l.x, WHOLE), &of(&l.w, &[3, 5]),
        Some(&mut to(&mut l.y, WHOLE)), Some(&mut to(&mut l.grad_w, &[3, 5])), Some(&mut to(&mut l.grad_b, &[3])))),
];

#[rustfmt::skip]
const FUNCTIONS: &[(&str, fn() -> Sum)] = &[
    ("version", version),
    ("version_string", version),
    ("stream_version", || Ok(unitvar::stream_version().bytes())),
    ("status_name", status_names),
    ("last_error", last_error),
    ("isa", isa),
    ("set_isa", set_isa),
    ("num_threads", num_threads),
    ("set_num_threads", num_threads),
    ("engine_from_name", || constants(&["pcg32", "philox4x32"], Engine::from_name, |value| value as i32)),
    ("nonlinearity_from_name", || constants(&["linear", "conv1d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"],
                                            Nonlinearity::from_name, |value| value as i32)),
    ("weight_layout_from_name", || constants(&["out_in_k", "k_in_out", "in_out_k"], WeightLayout::from_name,
        |value| value as i32)),
    ("init_values", values),
    ("calculate_fans_layout", fans_in_layout),
    ("calculate_fans_axes", fans_of_axes),
    ("fan_mode_from_name", || constants(&["fan_in", "fan_out", "fan_avg"], FanMode::from_name, |value| value as i32)),
    ("distribution_from_name", || constants(&["uniform", "normal", "truncated_normal"],
                                            Distribution::from_name, |value| value as i32)),
    ("initializer_from_name", || constants(&kinds().map(InitKind::name).collect::<Vec<_>>(),
                                           InitKind::from_name, |value| value as i32)),
    ("draw_from_name", || constants(&["bits", "uniform", "trunc_normal"], DrawKind::from_name, |value| value as i32)),
    ("status_from_name", status_from_name),
    ("initializer_name", || Ok(kinds().map(|kind| format!("{}\n", kind.name())).collect::<String>().into_bytes())),
    ("draw_name", || Ok(draws().map(|kind| format!("{}\n", kind.name())).collect::<String>().into_bytes())),
    ("generator_create", || words(Generator::with_stream(Engine::Philox4x32, 42, 7)?)),
    ("generator_create_torch", || Generator::torch(42, 206, 228)?.save()),
    ("generator_destroy", || { drop(pcg32()?); truth() }),
    ("generator_clone", || words(after_a_block_or_two()?.clone())),
    ("generator_fork", || words(pcg32()?.fork("layer.0.weight")?)),
    ("generator_seek", || words(at_block(1 << 40)?)),
    ("generator_tell", tell),
    ("generator_save", || at_block(5)?.save()),
    ("generator_load", || words(Generator::load(&at_block(5)?.save()?)?)),
    ("generator_save_torch", || torch_mt19937()?.save_torch()),
    ("generator_load_torch", || Generator::load_torch(&torch_mt19937()?.save_torch()?, 211, 241)?.save()),
    ("bits_u32", || sample(COUNT, |g, x| g.bits_u32(x))),
    ("bits_u64", || sample(COUNT, |g, x| g.bits_u64(x))),
    ("uniform_f32", || sample::<f32>(COUNT, |g, x| g.uniform(x, -0.37, 1.9))),
    ("uniform_f64", || sample::<f64>(COUNT, |g, x| g.uniform(x, -0.37, 1.9))),
    ("normal_f32", || sample::<f32>(LARGE, |g, x| g.normal(x, 0.0, 1.0))),
    ("normal_f64", || sample::<f64>(COUNT, |g, x| g.normal(x, 0.0, 1.0))),
    ("normal_icdf_f32", || sample::<f32>(COUNT, |g, x| g.normal_icdf(x, 1.5, 0.02))),
    ("normal_icdf_f64", || sample::<f64>(COUNT, |g, x| g.normal_icdf(x, 1.5, 0.02))),
    ("trunc_normal_f32", || sample::<f32>(COUNT, |g, x| g.trunc_normal(x, 0.0, 1.0, -1.0, 3.0))),
    ("trunc_normal_f64", || sample::<f64>(COUNT, |g, x| g.trunc_normal(x, 0.0, 1.0, -1.0, 3.0))),
    ("permutation_i64", || sample(COUNT, |g, x| g.permutation(x))),
    ("choice_i64", || sample(COUNT, |g, x| g.choice(x, 5000000))),
    ("sobol_f32", || sample::<f32>(300, |_, x| sobol::uniform(None, x, 3, 10))),
    ("sobol_f64", || sample::<f64>(300, |g, x| sobol::uniform(Some(g), x, 3, 10))),
    ("sobol_normal_f32", || sample::<f32>(300, |g, x| sobol::normal(Some(g), x, 3, 10, 1.5, 0.02))),
    ("sobol_normal_f64", || sample::<f64>(300, |_, x| sobol::normal(None, x, 3, 10, 1.5, 0.02))),
    // from unitvar.h by cmake/bindings.py: samplers
    ("exponential_f32", || sample::<f32>(COUNT, |g, x| g.exponential(x, 0.7))),
    ("exponential_f64", || sample::<f64>(COUNT, |g, x| g.exponential(x, 0.7))),
    ("laplace_f32", || sample::<f32>(COUNT, |g, x| g.laplace(x, 1.5, 0.7))),
    ("laplace_f64", || sample::<f64>(COUNT, |g, x| g.laplace(x, 1.5, 0.7))),
    ("logistic_f32", || sample::<f32>(COUNT, |g, x| g.logistic(x, 1.5, 0.7))),
    ("logistic_f64", || sample::<f64>(COUNT, |g, x| g.logistic(x, 1.5, 0.7))),
    ("gumbel_f32", || sample::<f32>(COUNT, |g, x| g.gumbel(x, 1.5, 0.7))),
    ("gumbel_f64", || sample::<f64>(COUNT, |g, x| g.gumbel(x, 1.5, 0.7))),
    ("cauchy_f32", || sample::<f32>(COUNT, |g, x| g.cauchy(x, 1.5, 0.7))),
    ("cauchy_f64", || sample::<f64>(COUNT, |g, x| g.cauchy(x, 1.5, 0.7))),
    ("weibull_f32", || sample::<f32>(COUNT, |g, x| g.weibull(x, 1.7, 0.7))),
    ("weibull_f64", || sample::<f64>(COUNT, |g, x| g.weibull(x, 1.7, 0.7))),
    ("rayleigh_f32", || sample::<f32>(COUNT, |g, x| g.rayleigh(x, 0.7))),
    ("rayleigh_f64", || sample::<f64>(COUNT, |g, x| g.rayleigh(x, 0.7))),
    ("log_normal_f32", || sample::<f32>(COUNT, |g, x| g.log_normal(x, 1.5, 0.02))),
    ("log_normal_f64", || sample::<f64>(COUNT, |g, x| g.log_normal(x, 1.5, 0.02))),
    ("integers_i32", || sample::<i32>(COUNT, |g, x| g.integers_i32(x, 3, 100))),
    ("integers_i64", || sample::<i64>(COUNT, |g, x| g.integers_i64(x, 3, 100))),
    ("bernoulli_u8", || sample::<u8>(COUNT, |g, x| g.bernoulli_u8(x, 0.3))),
    ("uniform_bf16", || sample::<Bf16>(COUNT, |g, x| g.uniform_bf16(x, -0.37, 1.9))),
    ("uniform_f16", || sample::<F16>(COUNT, |g, x| g.uniform_f16(x, -0.37, 1.9))),
    ("normal_bf16", || sample::<Bf16>(COUNT, |g, x| g.normal_bf16(x, 1.5, 0.02))),
    ("normal_f16", || sample::<F16>(COUNT, |g, x| g.normal_f16(x, 1.5, 0.02))),
    ("trunc_normal_bf16", || sample::<Bf16>(COUNT, |g, x| g.trunc_normal_bf16(x, 1.5, 0.02, 1.47, 1.55))),
    ("trunc_normal_f16", || sample::<F16>(COUNT, |g, x| g.trunc_normal_f16(x, 1.5, 0.02, 1.47, 1.55))),
    // end
    ("bernoulli_bits", || sample::<u8>(126, |g, x| g.bernoulli_bits(x, COUNT, 0.3))),
    ("draw_defaults", draw_defaults),
    ("sample", || sample::<f32>(COUNT, |g, x| g.sample(&Draw::new(DrawKind::Normal)?, x))),
    ("sample_at", || sample::<f64>(COUNT, |g, x| {
        let normal = Draw::new(DrawKind::Normal)?;
        g.sample_at(&normal, 333, &mut x[333..])?;
        g.sample_at(&normal, 0, &mut x[..333])
    })),
    ("calculate_gain", gains),
    ("calculate_fans", fans),
    ("init_constant", || filters(|_, t| init::constant(t, 0.1))),
    ("init_zeros", || filters(|_, t| init::zeros(t))),
    ("init_ones", || filters(|_, t| init::ones(t))),
    ("init_eye", || matrix(|_, t| init::eye(t))),
    ("init_dirac", || filters(|_, t| init::dirac(t, 2))),
    ("init_uniform", || filters(|g, t| init::uniform(g, t, -1.0, 1.0))),
    ("init_normal", || filters(|g, t| init::normal(g, t, 0.0, 0.02))),
    ("init_trunc_normal", || filters(|g, t| init::trunc_normal(g, t, 0.0, 1.0, -2.0, 2.0))),
    ("init_xavier_uniform", || filters(|g, t| init::xavier_uniform(g, t, 5.0 / 3.0))),
    ("init_xavier_normal", || filters(|g, t| init::xavier_normal(g, t, 1.0))),
    ("init_kaiming_uniform",
     || filters(|g, t| init::kaiming_uniform(g, t, 0.2, FanMode::FanIn, Nonlinearity::LeakyRelu))),
    ("init_kaiming_normal", || filters(|g, t| init::kaiming_normal(g, t, 0.0, FanMode::FanOut, Nonlinearity::Relu))),
    ("init_orthogonal", || filters(|g, t| init::orthogonal(g, t, 1.0))),
    ("init_delta_orthogonal", || filters(|g, t| init::delta_orthogonal(g, t, 1.0))),
    ("init_sparse", || matrix(|g, t| init::sparse(g, t, 0.1, 0.01))),
    ("init_variance_scaling",
     || filters(|g, t| init::variance_scaling(g, t, 1.0, FanMode::FanAvg, Distribution::TruncatedNormal))),
    ("initializer_defaults", defaults),
    ("init", || filters(|g, t| Initializer::new(InitKind::KaimingNormal)?.write(Some(g), t))),
    // from unitvar.h by cmake/bindings.py: initialisers
    ("init_variance_scaling_fans",
     || filters(|g, t| init::variance_scaling_fans(g, t, 2.0, 7.0, 11.0, FanMode::FanGeoAvg, Distribution::Normal))),
    ("init_orthogonal_axis", || filters(|g, t| init::orthogonal_axis(g, t, 1.5, 1))),
    ("init_delta_orthogonal_layout", || filters(|g, t| init::delta_orthogonal_layout(g, t, 1.5, WeightLayout::OutInK))),
    ("init_glorot_uniform", || filters(|g, t| init::glorot_uniform(g, t, WeightLayout::InOutK))),
    ("init_glorot_normal", || filters(|g, t| init::glorot_normal(g, t, WeightLayout::InOutK))),
    ("init_he_uniform", || filters(|g, t| init::he_uniform(g, t, WeightLayout::InOutK))),
    ("init_he_normal", || filters(|g, t| init::he_normal(g, t, WeightLayout::InOutK))),
    ("init_lecun_uniform", || filters(|g, t| init::lecun_uniform(g, t, WeightLayout::InOutK))),
    ("init_lecun_normal", || filters(|g, t| init::lecun_normal(g, t, WeightLayout::InOutK))),
    ("init_identity", || matrix(|_, t| init::identity(t, 1.5))),
    // end
    ("init_shard", shard),
    ("torch_linear_reset", || layer(&[16, 12], |g, weight, bias| torch::linear_reset(g, weight, Some(bias)))),
    ("torch_conv_reset", || layer(&[16, 12, 3], |g, weight, bias| torch::conv_reset(g, weight, Some(bias)))),
    ("torch_embedding_reset", || Ok(layer(&[16, 12], |g, weight, _| torch::embedding_reset(g, weight))?[..4 * 192].to_vec())),
    ("torch_random", || draw::<f32>(torch::random)),
    ("torch_randint", || draw::<i64>(|g, t| torch::randint(g, t, -7, 1000))),
    ("torch_bernoulli", || draw::<u8>(|g, t| torch::bernoulli(g, t, 0.3))),
    ("torch_geometric", || draw::<f32>(|g, t| torch::geometric(g, t, 0.25))),
    ("torch_exponential", || draw::<f32>(|g, t| torch::exponential(g, t, 1.5))),
    ("torch_log_normal", || draw::<f32>(|g, t| torch::log_normal(g, t, 0.5, 0.25))),
    ("torch_cauchy", || draw::<f32>(|g, t| torch::cauchy(g, t, 0.0, 1.0))),
    ("torch_multinomial", multinomial),
    ("moments_update_f32", || three(moments_f32()?)),
    ("moments_update_f64", || three(moments_f64()?)),
    ("moments_update", moments_update),
    ("wide_moments_update", wide_moments_update),
    ("batch_moments", batch_moments),
    ("batch_norm_backward_sums", batch_norm_backward_sums),
    ("switchable_norm_backward", switchable_norm_backward),
    ("moments_merge", merged),
    ("moments_variance", variance),
    ("wide_moments_update_f32", || five(wide::<f32>()?)),
    ("wide_moments_update_f64", || five(wide::<f64>()?)),
    ("wide_moments_merge", wide_merged),
    ("wide_moments_mean", || Ok(wide::<f32>()?.mean().bytes())),
    ("wide_moments_variance", || Ok(wide::<f32>()?.variance(1.0)?.bytes())),
];

#[test]
fn every_function_gives_the_golden_bits() {
    let golden = env::var("UNITVAR_GOLDEN")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/golden/functions-v1.sha256").into());
    let golden = fs::read_to_string(golden).expect("the golden sums");
    let golden: BTreeMap<&str, &str> =
        golden.lines().map(|line| line.split_once("  ").expect("SUM  NAME")).map(|(sum, name)| (name, sum)).collect();
    type Case = Box<dyn Fn() -> Sum>;
    let functions = FUNCTIONS.iter().map(|&(name, call)| (name, Box::new(call) as Case));
    let layers = LAYERS.iter().map(|&(name, call)| (name, Box::new(move || layers(call)) as Case));
    let cases: BTreeMap<String, Case> =
        functions.chain(layers).map(|(name, call)| (format!("unitvar_{name}"), call)).collect();

    let names: BTreeSet<&str> = cases.keys().map(String::as_str).collect();
    assert_eq!(names, golden.keys().copied().collect(), "cases here, and golden sums");
    assert_eq!(names, unitvar_sys::FUNCTIONS.iter().copied().collect(), "cases here, and declarations of unitvar-sys");
    if let Ok(path) = env::var("UNITVAR_EXPORTS") {
        let exports = fs::read_to_string(path).expect("the exported names");
        assert_eq!(names, exports.lines().collect(), "cases here, and what the library exports");
    }

    let different: Vec<_> = cases
        .iter()
        .map(|(name, call)| (name, support::sha256(&call().unwrap_or_else(|error| panic!("{name}: {error}")))))
        .filter(|(name, sum)| golden[name.as_str()] != sum)
        .collect();
    assert!(different.is_empty(), "{}: other bits than the golden ones: {different:?}", unitvar::isa());
}
