//! A million normals, the same on every machine.
use unitvar::{Engine, Generator, Moments};

fn main() -> unitvar::Result<()> {
    let mut x = vec![0f32; 1_000_000];
    let mut g = Generator::new(Engine::Pcg32, 42)?;
    g.normal(&mut x, 0.0, 1.0)?;
    let mut m = Moments::new();
    m.update(&x)?;
    println!("{} {}: mean {:.6}, variance {:.6}", x[0], x[999_999], m.mean(), m.variance(1.0)?);
    Ok(())
}
