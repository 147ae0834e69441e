//! Threads make the rows of one matrix, each with a generator of its own: the bits are those of the whole.
//! With rayon, `weight.par_chunks_mut(ROWS * 768).enumerate().try_for_each(...)` takes the place of the scope.
use std::thread;
use unitvar::{Engine, Generator, InitKind, Initializer, TensorViewMut};

const ROWS: usize = 256;

fn main() -> unitvar::Result<()> {
    let xavier = Initializer::new(InitKind::XavierNormal)?;
    let mut weight = vec![0f32; 1024 * 768];
    thread::scope(|scope| {
        let parts = weight.chunks_mut(ROWS * 768).enumerate().map(|(i, rows)| {
            scope.spawn(move || {
                let mut g = Generator::new(Engine::Pcg32, 42)?;
                let mut part = TensorViewMut::new(rows, &[ROWS, 768])?;
                xavier.write_shard(Some(&mut g), &mut part, &[1024, 768], &[(i * ROWS) as i64, 0])
            })
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().try_for_each(|part| part.join().expect("no panic"))
    })?;

    let mut whole = vec![0f32; 1024 * 768];
    let mut g = Generator::new(Engine::Pcg32, 42)?;
    xavier.write(Some(&mut g), &mut TensorViewMut::new(&mut whole, &[1024, 768])?)?;
    assert!(whole == weight);
    println!("the parts are the whole");
    Ok(())
}
