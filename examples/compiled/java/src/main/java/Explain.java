import ai.onnxruntime.*;
import java.nio.*;
import java.nio.file.*;
import java.util.Map;

/** The class of pictures and their map: java Explain explained.onnx pixels.raw map.raw */
public class Explain {
    public static void main(String[] args) throws Exception {
        var environment = OrtEnvironment.getEnvironment();
        try (var session = environment.createSession(args[0])) {
            long[] shape = ((TensorInfo) session.getInputInfo().get("pixels").getInfo()).getShape();
            byte[] pixels = Files.readAllBytes(Path.of(args[1]));
            shape[0] = pixels.length / (shape[1] * shape[2] * 3);
            var name = session.getOutputNames().stream().filter(each -> each.startsWith("map/")).findFirst().get();
            try (var pictures = OnnxTensor.createTensor(environment, ByteBuffer.wrap(pixels), shape, OnnxJavaType.UINT8);
                    var results = session.run(Map.of("pixels", pictures))) {
                var maps = ((OnnxTensor) results.get(name).get()).getFloatBuffer();
                var bytes = ByteBuffer.allocate(maps.remaining() * 4).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(maps);
                Files.write(Path.of(args[2]), bytes.array());
                float[] scores = ((float[][]) results.get("scores").get().getValue())[0];
                int best = 0;
                for (int i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
                System.out.printf("class %d, score %.3f%n", best, scores[best]);
            }
        }
    }
}
