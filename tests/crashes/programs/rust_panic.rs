// An index out of bounds, in a program that wants a core file of each panic.
#[inline(never)]
fn pick(values: &[i32], at: usize) -> i32 {
    values[at] // crash
}

#[inline(never)]
fn total(values: &[i32], count: usize) -> i32 {
    let mut sum = 0;
    for at in 0..count {
        sum += pick(values, at);
    }
    sum
}

fn main() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        std::process::abort();
    }));
    let values = vec![1; 1 + std::env::args().count()];
    println!("{}", total(&values, 3));
}
