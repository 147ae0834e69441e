//! Nanoseconds of one `normal` of 16 elements: the least of 50 rounds of 20,000 calls, as bench/overhead/overhead.c.
use std::time::Instant;
use unitvar::{Engine, Generator};

const CALLS: u32 = 20_000;

fn main() -> unitvar::Result<()> {
    let mut g = Generator::new(Engine::Pcg32, 42)?;
    let mut x = [0f32; 16];
    let mut least = f64::INFINITY;
    for _ in 0..50 {
        let start = Instant::now();
        for _ in 0..CALLS {
            g.normal(&mut x, 0.0, 1.0)?;
        }
        least = least.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
    }
    println!("{least:.1}");
    Ok(())
}
