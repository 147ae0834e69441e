//! Wrong use is an error with the library's status and message, and leaves the slice as it was. What the compiler
//! refuses (a dropped generator, one in two threads, elements that are no floats) is in the crate's documentation tests.
use unitvar::{
    init, norm, Bf16, Engine, Generator, InitKind, Initializer, Moments, Nonlinearity, Status, TensorView,
    TensorViewMut, F16,
};

fn pcg32() -> Generator {
    Generator::new(Engine::Pcg32, 42).unwrap()
}

#[test]
fn an_error_names_the_argument_and_its_value() {
    let mut x = [7f32; 16];
    let error = pcg32().normal(&mut x, 0.0, -1.5).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    assert!(error.message().contains("std") && error.message().contains("-1.5"), "{error}");
    assert_eq!(x, [7f32; 16]);
    assert_eq!(error.to_string(), error.message());
    assert_eq!(error.status().name(), "UNITVAR_INVALID_ARGUMENT");
}

#[test]
fn a_failed_call_leaves_the_generator_where_it_was() {
    let mut g = pcg32();
    g.seek((1 << 58) - 1).unwrap();
    let error = g.bits_u32(&mut [0; 65]).unwrap_err();
    assert_eq!(error.status(), Status::StreamExhausted);
    assert_eq!(g.tell().unwrap(), (1 << 58) - 1);
}

#[test]
fn names_that_are_no_names() {
    assert_eq!(Engine::from_name("mersenne").unwrap_err().status(), Status::InvalidArgument);
    assert_eq!("pcg\x0032".parse::<Engine>().unwrap_err().status(), Status::InvalidArgument);
    assert_eq!(pcg32().fork("a\0b").unwrap_err().status(), Status::InvalidArgument);
    assert_eq!(unitvar::set_isa(Some("sse9")).unwrap_err().status(), Status::InvalidArgument);
    assert_eq!(unitvar::set_num_threads(-1).unwrap_err().status(), Status::InvalidArgument);
    assert!(Nonlinearity::LeakyRelu.gain(Some(f64::INFINITY)).is_err());
}

#[test]
fn shapes_and_strides_must_lie_in_the_slice() {
    let mut x = [0f32; 24];
    for (shape, fits) in
        [(vec![24], true), (vec![4, 6], true), (vec![4, 7], false), (vec![5, 5], false), (vec![], false)]
    {
        assert_eq!(TensorView::new(&x, &shape).is_ok(), fits, "{shape:?}");
    }
    assert!(TensorView::new(&x, &[usize::MAX, usize::MAX]).is_err());
    for empty in [&[0usize, 7][..], &[usize::MAX >> 1, usize::MAX >> 1, 0], &[0, 1 << 62, 1 << 62]] {
        assert!(TensorView::new(&x[..0], empty).is_ok(), "{empty:?}");
        assert!(TensorView::new(&x, empty).is_err(), "{empty:?}");
    }
    assert!(TensorView::new(&x[..0], &[0, usize::MAX]).is_err());
    for (shape, strides, offset, fits) in [
        (&[4usize, 6][..], &[1isize, 4][..], 0, true),
        (&[4, 6], &[6, 1], 1, false),
        (&[24], &[-1], 23, true),
        (&[24], &[-1], 22, false),
        (&[2, 3], &[12, 5], 0, true),
        (&[2, 3], &[12, 6], 0, false),
        (&[2, 3], &[12], 0, false),
        (&[0, 3], &[99, 99], 99, true),
        (&[3], &[isize::MAX], 0, false),
        (&[usize::MAX], &[isize::MIN], 0, false),
    ] {
        let view = TensorViewMut::with_strides(&mut x, shape, strides, offset);
        assert_eq!(view.is_ok(), fits, "{shape:?} {strides:?} {offset}");
    }
}

#[test]
fn strided_tensors_get_the_values_of_contiguous_ones() {
    let (mut rows, mut columns) = ([0f32; 24], [0f32; 24]);
    init::normal(&mut pcg32(), &mut TensorViewMut::new(&mut rows, &[4, 6]).unwrap(), 0.0, 1.0).unwrap();
    let mut view = TensorViewMut::with_strides(&mut columns, &[4, 6], &[1, 4], 0).unwrap();
    init::normal(&mut pcg32(), &mut view, 0.0, 1.0).unwrap();
    for row in 0..4 {
        for column in 0..6 {
            assert_eq!(rows[row * 6 + column].to_bits(), columns[column * 4 + row].to_bits());
        }
    }
}

#[test]
fn overlapping_elements_are_refused() {
    let mut x = [7f32; 4];
    let mut view = TensorViewMut::with_strides(&mut x, &[2, 2], &[0, 1], 0).unwrap();
    let error = init::normal(&mut pcg32(), &mut view, 0.0, 1.0).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    assert_eq!(x, [7f32; 4]);
}

#[test]
fn sixteen_bits_are_the_rounded_f32() {
    let (mut bf16, mut f16, mut f32s) = ([Bf16(0); 6], [F16(0); 6], [0f32; 6]);
    init::uniform(&mut pcg32(), &mut TensorViewMut::new(&mut bf16, &[2, 3]).unwrap(), 0.0, 1.0).unwrap();
    init::uniform(&mut pcg32(), &mut TensorViewMut::new(&mut f16, &[2, 3]).unwrap(), 0.0, 1.0).unwrap();
    init::uniform(&mut pcg32(), &mut TensorViewMut::new(&mut f32s, &[2, 3]).unwrap(), 0.0, 1.0).unwrap();
    for (half, x) in bf16.iter().zip(f32s) {
        let nearest = f32::from_bits(u32::from(half.0) << 16);
        assert!((nearest - x).abs() <= x / 256.0, "{nearest} {x}");
    }
    assert!(f16.iter().all(|half| half.0 < 0x3c01));
}

#[test]
fn initializers_that_need_a_generator_or_a_shape() {
    let mut x = [7f32; 6];
    let normal = Initializer::new(InitKind::Normal).unwrap();
    let zeros = Initializer::new(InitKind::Zeros).unwrap();
    let mut view = TensorViewMut::new(&mut x, &[2, 3]).unwrap();
    assert_eq!(normal.write(None, &mut view).unwrap_err().status(), Status::InvalidArgument);
    let outside = normal.write_shard(Some(&mut pcg32()), &mut view, &[4, 3], &[3, 0]);
    assert_eq!(outside.unwrap_err().status(), Status::InvalidArgument);
    let lists = normal.write_shard(Some(&mut pcg32()), &mut view, &[4, 3], &[0]);
    assert_eq!(lists.unwrap_err().status(), Status::InvalidArgument);
    assert_eq!(init::dirac(&mut view, 1).unwrap_err().status(), Status::InvalidArgument);
    zeros.write(None, &mut view).unwrap();
    assert_eq!(x, [0f32; 6]);
}

#[test]
fn no_axes_are_not_all_axes() {
    let (x, mut each, mut all) = ([1f32, 2.0, 3.0, 4.0], [0f32; 4], [0f32]);
    let view = TensorView::new(&x, &[2, 2]).unwrap();
    let mut mean = TensorViewMut::new(&mut each, &[2, 2]).unwrap();
    norm::mean_var(&view, Some(&[]), 1.0, Some(&mut mean), None).unwrap();
    norm::mean_var(&view, None, 1.0, Some(&mut TensorViewMut::new(&mut all, &[]).unwrap()), None).unwrap();
    assert_eq!((each, all), (x, [2.5]));
}

#[test]
fn moments_are_merged_with_themselves() {
    let mut m = Moments::new();
    m.update(&[1f64, 3.0]).unwrap();
    let same = m;
    m.merge(&same).unwrap();
    assert_eq!((m.count(), m.mean(), m.m2()), (4.0, 2.0, 4.0));
}

/// What may go to another thread, and what may be shared with one; that a Generator may not is in its documentation.
#[test]
fn what_threads_may_have() {
    fn send<T: Send>() {}
    fn shared<T: Send + Sync>() {}
    send::<Generator>();
    shared::<TensorView<'_>>();
    shared::<TensorViewMut<'_>>();
    shared::<Moments>();
    shared::<Initializer>();
    shared::<unitvar::Error>();
    let x = [1f32, -2.0];
    let view = TensorView::new(&x, &[2]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut y = [0f32; 2];
                norm::relu(&view, &mut TensorViewMut::new(&mut y, &[2]).unwrap()).unwrap();
                assert_eq!(y, [1.0, 0.0]);
            });
        }
    });
}

#[test]
fn moments_of_nothing_have_no_variance() {
    assert!(Moments::new().variance(1.0).unwrap().is_nan());
    assert!(Moments::new().variance(f64::NAN).is_err());
}

#[test]
fn layers_work_in_place_and_refuse_what_does_not_fit() {
    let (mut x, mut y) = ([0f32; 12], [0f32; 12]);
    pcg32().normal(&mut x, 5.0, 3.0).unwrap();
    let source = TensorView::new(&x, &[3, 4]).unwrap();
    norm::layer_norm(&source, 1, None, None, 0.0, &mut TensorViewMut::new(&mut y, &[3, 4]).unwrap(), None, None)
        .unwrap();
    let short = TensorView::new(&x[..3], &[3]).unwrap();
    let mut refused = [7f32; 12];
    let mut target = TensorViewMut::new(&mut refused, &[3, 4]).unwrap();
    let error = norm::layer_norm(&source, 1, Some(&short), None, 0.0, &mut target, None, None).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    assert!(norm::mean_var(&source, Some(&[2]), 1.0, None, None).is_err());
    assert_eq!(refused, [7f32; 12]);
    let mut view = TensorViewMut::new(&mut x, &[3, 4]).unwrap();
    norm::layer_norm(norm::Input::InPlace, 1, None, None, 0.0, &mut view, None, None).unwrap();
    assert_eq!(x, y);
    assert!(x.iter().sum::<f32>().abs() < 1e-5);
}

#[test]
fn generators_move_to_threads() {
    let mut whole = vec![0f32; 64 * 8];
    pcg32().normal(&mut whole, 0.0, 1.0).unwrap();
    let parts: Vec<_> = (0..8u64)
        .map(|block| {
            let mut g = pcg32();
            std::thread::spawn(move || {
                let mut part = [0f32; 64];
                g.seek(block).unwrap();
                g.normal(&mut part, 0.0, 1.0).unwrap();
                part
            })
        })
        .collect();
    let parts: Vec<f32> = parts.into_iter().flat_map(|part| part.join().unwrap()).collect();
    assert_eq!(parts, whole);
}
