// The class of pictures and their map: ONNXRUNTIME=/path/to/libonnxruntime.so explain explained.onnx pixels.raw map.raw
use std::{env, error::Error, fs};

use ort::{session::Session, value::Tensor};

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let environment = ort::init_from(env::var("ONNXRUNTIME")?)?.with_telemetry(false).build()?;
    let mut session = Session::builder(&environment)?.commit_from_file(&files[0])?;
    let names = session.outputs().iter().map(|output| output.name().to_owned());
    let name = names.into_iter().find(|name| name.starts_with("map/")).ok_or("the file has no map")?;
    let pixels = fs::read(&files[1])?;
    let mut shape = session.inputs()[0].dtype().tensor_shape().ok_or("the input is no tensor")?.to_vec();
    shape[0] = pixels.len() as i64 / (shape[1] * shape[2] * 3);
    let results = session.run(ort::inputs!["pixels" => Tensor::from_array((shape, pixels))?])?;
    let (_, maps) = results[name.as_str()].try_extract_tensor::<f32>()?;
    fs::write(&files[2], maps.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?;
    let (shape, scores) = results["scores"].try_extract_tensor::<f32>()?;
    let first = scores[..shape[1] as usize].iter().enumerate();
    let (class, score) = first.max_by(|a, b| a.1.total_cmp(b.1)).ok_or("the file has no classes")?;
    println!("class {class}, score {score:.3}");
    Ok(())
}
